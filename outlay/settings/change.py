"""A setting with another value, tried before anybody writes it into `outlay.toml`."""

from __future__ import annotations

from pydantic import ValidationError

from outlay.settings.complaint import meant, reason
from outlay.settings.file import SettingsBroken, toml
from outlay.settings.settings import Settings, default_sections


def changed(settings: Settings, place: str, value: str) -> Settings:
    """The settings with another value at a place such as 'conditions.drift_percent'; the file stays as it is.

    Raises SettingsBroken for a place that is none, and a value outside its bounds.
    """
    name, _, key = place.partition(".")
    section = getattr(settings, name) if name in default_sections() else None
    if section is None or key not in type(section).model_fields:
        raise SettingsBroken(f"{place}: there is no such setting{meant([name, key] if section else [name])}")
    try:
        told = type(section).model_validate({**section.model_dump(), key: value})
    except ValidationError as error:
        raise SettingsBroken(f"{place} = {value:.60}: {reason(error.errors(include_url=False)[0])}") from None
    return settings.model_copy(update={name: told})


def lines(settings: Settings, place: str) -> str:
    """What stands in the file for a place such as 'conditions.drift_percent', under its section's heading."""
    name, _, key = place.partition(".")
    return f"[{name}]\n{key} = {toml(getattr(getattr(settings, name), key))}"
