"""Find the name under which a model is sold: which price lines a call's provider and model point at."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from warehouse.prices.catalogue import find, tuned_base
from warehouse.prices.gaps import gap
from warehouse.prices.sellers import seller
from warehouse.prices.spelling import Spelling, spellings


@dataclass(frozen=True, slots=True)
class ModelName:
    """A name the deployment explains itself: an Azure deployment, a gateway's alias (`[[models]]` of outlay.toml).

    `pattern` may begin or end with `*`; a `*` in `sold_as` stands for what the first one took.
    """

    provider: str
    pattern: str
    sold_as: str
    """provider/model, as the price list or a price of the deployment's own has them"""


class SoldAs(NamedTuple):
    """Where the price is, and how we know.

    matched_by: exact, alias, dated, fine-tuned, prefix (something was taken off the name), other provider (not the
    one the emitter named, or it named none), mapped (by outlay.toml), own (only the deployment's book has it), none.
    """

    price_provider: str | None
    price_model: str | None
    matched_by: str
    seller: str | None = None
    """who bills, in the price list's words; the deployment's own prices are looked up under it too"""
    because: str | None = None
    """why the price is not, or not all, in the list"""


def sold_as(
    provider: str, model: str, book: Collection[tuple[str, str]] = (), names: Sequence[ModelName] = ()
) -> SoldAs:
    """The price list's name for a model as an emitter wrote it; never a guess, never by substring.

    `names` come first. `book` holds the (provider, model) pairs that have a price, whoever set or imported it: they are
    the last resort for what the packaged list does not name. A provider that the list does not know sells nothing;
    only when the emitter told none is the model's maker taken.
    """
    for name in names:
        if (target := _target(name, provider, model)) is not None:
            return _mapped(target, book)
    if not model:
        return SoldAs(None, None, "none", seller(provider))
    found = _listed(provider, model)
    if found:
        return found
    identity = seller(provider) or provider or None
    for owner in (provider, identity):
        if owner and (owner, model) in book:
            return SoldAs(owner, model, "own", identity)
    return SoldAs(None, None, "none", identity, _why_not(model))


def _listed(provider: str, model: str) -> SoldAs | None:
    for reading in spellings(provider, model):
        found = find(reading.seller, reading.name)
        if found:
            elsewhere = reading.seller != seller(provider) or found.provider != reading.seller
            return SoldAs(
                found.provider,
                found.model.id,
                _matched_by(reading, found.known_by, elsewhere=elsewhere),
                reading.seller,
                gap(found.model, reading.location),
            )
    return None


def _matched_by(reading: Spelling, known_by: str, *, elsewhere: bool) -> str:
    if elsewhere:
        return "other provider"
    return "prefix" if reading.prefixed else known_by


def _target(name: ModelName, provider: str, model: str) -> str | None:
    same = name.provider == provider or (seller(name.provider) or name.provider) == seller(provider)
    taken = taken_by(name.pattern, model) if same else None
    return None if taken is None else name.sold_as.replace("*", taken)


def taken_by(pattern: str, text: str) -> str | None:
    """What the `*` of a pattern stands for in a text, whatever its case; None when the pattern does not take it."""
    fixed = pattern.strip("*").lower()
    head, tail = pattern.endswith("*"), pattern.startswith("*")
    lower = text.lower()
    if head and tail:
        return text if fixed in lower else None
    if head:
        return text[len(fixed) :] if lower.startswith(fixed) else None
    if tail:
        return text[: len(text) - len(fixed)] if lower.endswith(fixed) else None
    return "" if lower == fixed else None


def _mapped(target: str, book: Collection[tuple[str, str]]) -> SoldAs:
    provider, _, model = target.partition("/")
    found = _listed(provider, model)
    if found:
        return found._replace(matched_by="mapped")
    if (provider, model) in book:
        return SoldAs(provider, model, "mapped", seller(provider) or provider)
    return SoldAs(None, None, "none", seller(provider) or provider, f"outlay.toml sells it as {target}, which has none")


def _why_not(model: str) -> str | None:
    base = tuned_base(model)
    return f"a fine-tuned model has a price of its own, and the list has none for {base}" if base else None
