"""Settings of failure modes: rules that sort what went wrong before ours do."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from outlay.settings.section import Section


class FailureModeOf(Section):
    """A rule: facts of that kind with such a name are that failure mode."""

    fact: Literal["guardrail", "evaluation", "tool", "retrieval", "call", "incident"] = Field(
        description="What is looked at: a guardrail that stepped in, what failed, or a spike."
    )
    pattern: str = Field(min_length=1, max_length=200, description="Its name, in any case; * stands for anything.")
    mode: str = Field(min_length=1, max_length=80, description="The failure mode it counts as, in your words.")
