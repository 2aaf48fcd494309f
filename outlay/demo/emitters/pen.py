"""What emitters write with: the forms they have written once, and the parcel that is being filled."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans

from outlay.demo.emitters.form import Form
from outlay.demo.emitters.parcel import Parcel, Scope
from outlay.demo.facts import Task


class Pen:
    """Keeps every form: a few hundred, one for each emitter, workflow, model and set of blanks."""

    def __init__(self) -> None:
        self.parcel = Parcel()
        self._forms: dict[Hashable, Form] = {}

    def form(self, key: Hashable, write: Callable[[], Form]) -> Form:
        """The form of that key; `write` is asked for it the first time."""
        found = self._forms.get(key)
        if found is None:
            found = self._forms[key] = write()
        return found

    def spans(self, task: Task, scope: Scope) -> ScopeSpans:
        """Where the task's spans of that scope go."""
        return self.parcel.spans(task.workflow, task.environment, scope)
