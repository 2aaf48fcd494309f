"""Numbers as Prometheus reads them: its text format, version 0.0.4, which needs no library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
COUNTER, GAUGE = "counter", "gauge"


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of a family; samples of one name share its kind and its sentence."""

    name: str
    kind: str
    says: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def exposition(samples: Iterable[Sample]) -> str:
    """The samples as text, those of a name together."""
    lines: list[str] = []
    for name, family in groupby(samples, key=lambda sample: sample.name):
        first, *others = family
        lines += [f"# HELP {name} {first.says}", f"# TYPE {name} {first.kind}"]
        lines += [f"{name}{_labels(sample)} {sample.value:.17g}" for sample in (first, *others)]
    return "\n".join(lines) + "\n"


def _labels(sample: Sample) -> str:
    told = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
    return f"{{{told}}}" if told else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
