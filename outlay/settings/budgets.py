"""Settings of what may be spent: budgets of any scope, and caps on what one task or one user may do."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from outlay.settings.section import Dollars, Section

Name = Annotated[str, Field(min_length=1, max_length=300)]


class BudgetOf(Section):
    """One budget: whose spend, how much, how often."""

    scope: Literal["company", "team", "workflow", "cost_centre", "user", "model"] = Field(
        description="Whose spend it is about; company is everybody's."
    )
    name: str = Field("", max_length=300, description="Which team, workflow, user and so on; none for company.")
    team: Name | None = Field(None, description="Only what this team spends on it, for all but company and team.")
    period: Literal["monthly", "quarterly", "annual"] = Field(
        "monthly", description="How often it begins anew, in the business time zone."
    )
    amount_usd: Dollars = Field(description="What may be spent in each period.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.name) == (self.scope == "company"):
            raise ValueError("a budget of the company has no name; one of anything else says which with name")
        if self.team is not None and self.scope in {"company", "team"}:
            raise ValueError(f"a budget of scope {self.scope} cannot be narrowed with team")
        return self


class CapOf(Section):
    """One cap: what a single task, or a single user in a day, may do before somebody is told."""

    per: Literal["task", "user"] = Field(description="Whether it holds for each task, or for each user and day.")
    team: Name | None = Field(None, description="Only for this team's; without it for everybody's.")
    workflow: Name | None = Field(None, description="Only for this workflow's; without it for every workflow's.")
    usd: Dollars | None = Field(None, description="Dollars from which on somebody is told.")
    calls: int | None = Field(None, ge=1, description="Billed calls from which on somebody is told.")
    tool_calls: int | None = Field(None, ge=1, description="Tool calls from which on somebody is told; for tasks.")

    @model_validator(mode="after")
    def _caps_something(self) -> Self:
        if self.usd is None and self.calls is None and self.tool_calls is None:
            raise ValueError("a cap says how much: usd, calls or tool_calls")
        if self.per == "user" and self.tool_calls is not None:
            raise ValueError("tool calls are capped per task; a user's are not known")
        return self
