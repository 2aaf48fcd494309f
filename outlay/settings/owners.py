"""A rule of `[[owners]]` as it is written in `outlay.toml`, and what is wrong with one that cannot be used."""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

OWNED: Final = ("team", "workflow", "cost_centre", "environment", "user", "task")
LONGEST: Final = 200
# A name, or one attribute's key in braces: there is no template here to be clever in.
VALUE: Final = re.compile(r"[^{}]+|\{[^{}]+\}")


def _several(told: Any) -> Any:
    return (told,) if isinstance(told, str) else told


def _owners(told: dict[str, str]) -> dict[str, str]:
    if not told:
        raise ValueError('it sets nothing; write for instance set = { team = "search" }')
    for name, value in told.items():
        if name not in OWNED:
            close = difflib.get_close_matches(name, OWNED, n=1)
            meant = f"did you mean {close[0]}?" if close else f"{', '.join(OWNED)} can be set"
            raise ValueError(f"there is no {name!r} to set ({meant})")
        if not VALUE.fullmatch(value):
            raise ValueError(
                f"{value!r} is neither a name nor the value of one attribute, which is its key in braces: "
                '"{service.namespace}"'
            )
    return told


Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Patterns = Annotated[tuple[Name, ...], BeforeValidator(_several)]
Asked = dict[Name, Patterns]


class OwnerRule(BaseModel):
    """One rule of who owes a span: when all that it names fits, it sets what it sets. The first rule to set wins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: Patterns = Field(
        (), description="Fits service.name: a name or a pattern (* is any text, ? one character), or a list of them."
    )
    scope: Patterns = Field((), description="Fits the name of the instrumentation's scope.")
    model: Patterns = Field((), description="Fits the model that answered, or the one that was asked.")
    key: Patterns = Field((), description="Fits the eight letters of the key it was sent with.")
    attribute: Asked = Field(
        default_factory=dict, description="Fits attributes of the span, or where it lacks them of its resource."
    )
    resource: Asked = Field(default_factory=dict, description="Fits attributes of the resource only.")
    set: Annotated[dict[str, Name], AfterValidator(_owners)] = Field(
        description="What follows: team, workflow, cost_centre, environment, user or task, as a name or as the value "
        'of an attribute, "{its.key}".'
    )


SESSION: Final = "session"


class TaskRule(BaseModel):
    """One rule of what a task is: where no task id was sent, the first attribute that is there names the task."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workflow: Patterns = Field(
        (), description="For these workflows only: a name or a pattern (* is any text), or a list of them."
    )
    id: Annotated[Patterns, Field(min_length=1, max_length=20)] = Field(
        description='Attributes, the first that is there; "session" is the session, conversation or thread, whoever '
        "spells it how."
    )
