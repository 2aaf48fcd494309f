"""Deeds that are written down instead of done: what a page would have changed."""

from __future__ import annotations

from typing import Any

from dashboards.sources import AnswerRefused


class Doing:
    """Every deed is a sentence in `done`; without a name it is refused, as by the real ones."""

    def __init__(self) -> None:
        real, false = ("It was an incident", "It was real."), ("False alarm", "Nothing was wrong.")
        self.words = {"incident": real, "false_alarm": false}
        self.done: list[tuple[str, dict[str, Any]]] = []

    def act(self, incident_id: str, action: str, **told: Any) -> str:
        return self._do(f"{action} {incident_id}", told)

    def undo(self, incident_id: str, **told: Any) -> str:
        return self._do(f"undo {incident_id}", told)

    def plan(self, **told: Any) -> str:
        return self._do("plan", told)

    def silence(self, **told: Any) -> str:
        return self._do("silence", told)

    def budget(self, scope: str, **told: Any) -> str:
        return self._do(f"budget {scope}", told)

    def end(self, entry_id: str, **told: Any) -> str:
        return self._do(f"end {entry_id}", told)

    def _do(self, what: str, told: dict[str, Any]) -> str:
        if not told["by"]:
            raise AnswerRefused("Sign with your name.")
        self.done.append((what, told))
        return f"Done: {what}."
