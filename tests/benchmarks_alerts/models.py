"""How well a workflow's models are judged: rises that one of them hides among the others, and traffic that moves."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from labelled_spend import Floats, Labelled, labelled
from rhythms import HOURS, MONDAY, correlated
from scoring import DAY, LATE, Score, Telling, add

from alerts.detecting import Opened, Panel, Thresholds, fresh, number, walk

BUSY = ("interactive", "service")
AMOUNTS = ["cost_usd", "calls", "tokens", "output_tokens"]
AFTER = 21 * DAY  # hours after traffic moved in which a telling of a model counts as false


@dataclass(frozen=True)
class Move:
    """The share of a workflow's traffic that a model has before and after; within so many hours, and for how long."""

    before: float
    after: float
    hours: int = 1
    lasts: int | None = None  # None = for good


MOVES = {
    "at once": Move(0.2, 0.7),
    "in 6 hours": Move(0.2, 0.7, 6),
    "in 3 days": Move(0.2, 0.7, 72),
    "in 2 weeks": Move(0.2, 0.7, 336),
    "for 2 days": Move(0.2, 0.7, lasts=48),
    "for a week": Move(0.2, 0.7, 6, lasts=168),
    "a little model, at once": Move(0.05, 0.3),
    "a new model in place of half, in 6 hours": Move(0.0, 0.5, 6),
    "a new model in place of all, at once": Move(0.0, 1.0),
    "a new model in place of all, in 3 days": Move(0.0, 1.0, 72),
    "a new model in place of all, in 2 weeks": Move(0.0, 1.0, 336),
}


@dataclass(frozen=True)
class Told:
    """A telling of a workflow, or of one model of it, in an hour since the Monday."""

    workflow: str
    model: str | None
    hour: int
    driver: str


def hidden(seeds: Iterable[int], models: int, judged: str) -> Score:
    """Busy services, so many at a time, taken as the models of one workflow; `judged` by sum, by model, or as both."""
    score = Score()
    for seed in seeds:
        rows, truth = _grouped(seed, models)
        add(score, truth, [Telling(int(each.workflow), each.hour, each.driver) for each in told(rows, judged)])
    return score


def moved(seeds: Iterable[int], move: Move) -> tuple[int, int]:
    """Busy services split in two models between which traffic moves once: how many, and in how many a model is told."""
    made = false = 0
    for seed in seeds:
        spend = labelled(seed)
        rows, begins = _split(spend, seed, move)
        found = [each for each in told(rows, "both") if each.model is not None]
        for workflow, at in begins.items():
            until = at + move.hours + AFTER
            of_it = [each.hour for each in found if each.workflow == workflow and at <= each.hour <= until]
            happened = [label for label in spend.labels if label.series == int(workflow)]
            beside = [any(label.begins <= hour <= label.due + LATE + DAY for label in happened) for hour in of_it]
            made, false = made + 1, false + (not all(beside))
    return made, false


def told(rows: pl.DataFrame, judged: str) -> list[Told]:
    """What is told of rows of workflow, model, hour_at and AMOUNTS, in which an absent hour is unknown."""
    first = rows.group_by("workflow", "model").agg(pl.col("hour_at").min().alias("first"))
    begun = first.with_columns(pl.col("first").bottom_k(2).max().over("workflow").alias("second"))
    since = pl.max_horizontal("first", "second") if judged == "both" else pl.col("first")
    models = rows.join(begun, on=["workflow", "model"]).filter(pl.col("hour_at") >= since)
    sums = rows.group_by("workflow", "hour_at", maintain_order=True).agg(pl.col(AMOUNTS).sum())
    parts = {"sum": [sums], "models": [models], "both": [sums, models]}[judged]
    series = pl.concat(parts, how="diagonal_relaxed").with_columns(
        pl.struct("workflow", *(["model"] if judged != "sum" else []))
        .rank("dense")
        .cast(pl.Int64)
        .sub(1)
        .alias("series")
    )
    named = series.group_by("series").first().sort("series")
    keys = [(row["workflow"], row.get("model")) for row in named.iter_rows(named=True)]
    rows_of = {key: row for row, key in enumerate(keys)}
    heirs = set(begun.filter(pl.col("first") < pl.col("second")).select("workflow", "model").iter_rows())
    both = judged == "both"
    panel = Panel.of(
        series,
        [ZoneInfo("UTC")] * len(keys),
        keys,
        absent_is_zero=False,
        model_of=[rows_of[workflow, None] if both and model is not None else -1 for workflow, model in keys],
        heirs=np.array([both and key in heirs for key in keys]),
    )
    decisions = walk(panel, fresh(len(keys), Thresholds()), Thresholds())
    found = [each for each in decisions if isinstance(each, Opened)]
    return [Told(*keys[each.row], each.at - number(MONDAY), each.reading.driver) for each in found]


def _grouped(seed: int, models: int) -> tuple[pl.DataFrame, Labelled]:
    spend = labelled(seed)
    random = np.random.default_rng([seed, 77])
    places = random.permutation([place for place, kind in enumerate(spend.kinds) if kind in BUSY]).tolist()
    groups = [places[i : i + models] for i in range(0, len(places) - models + 1, models)]
    group_of = {place: group for group, of_it in enumerate(groups) for place in of_it}
    names = {spend.names[place]: str(group) for place, group in group_of.items()}
    rows = _rows(spend).filter(pl.col("series_id").is_in(list(names)))
    rows = rows.with_columns(pl.col("series_id").replace_strict(names).alias("workflow"), model="series_id")
    # Where one of its models was not heard, nobody knows what the workflow spent.
    begun = rows.group_by("workflow", "model").agg(pl.col("hour_at").min().alias("first"))
    hours = rows.group_by("workflow", "hour_at").len("heard").join(begun, on="workflow")
    due = pl.col("hour_at") >= pl.col("first")
    hours = (
        hours.group_by("workflow", "hour_at", "heard")
        .agg(due.sum().alias("due"))
        .filter(pl.col("heard") == pl.col("due"))
    )
    rows = rows.join(hours, on=["workflow", "hour_at"], how="semi").sort("hour_at", "workflow", "model")
    truth = Labelled(
        rows.with_columns(series_id="workflow"),
        ("workflow",) * len(groups),
        tuple(str(group) for group in range(len(groups))),
        tuple(replace(each, series=group_of[each.series]) for each in spend.labels if each.series in group_of),
        tuple(replace(each, series=group_of[each.series]) for each in spend.calm if each.series in group_of),
    )
    return rows, truth


def _split(spend: Labelled, seed: int, move: Move) -> tuple[pl.DataFrame, Mapping[str, int]]:
    frames, begins = [], {}
    for place, (kind, name) in enumerate(zip(spend.kinds, spend.names, strict=True)):
        if kind not in BUSY:
            continue
        random = np.random.default_rng([seed, place, 5])
        begins[str(place)] = at = int(random.integers(30 * DAY, 60 * DAY))
        shares = pl.DataFrame({"hour": np.arange(HOURS), "one": _shares(random, move, at)})
        rows = _rows(spend).filter(pl.col("series_id") == name).join(shares, on="hour")
        for model, share in (("one", pl.col("one")), ("other", 1 - pl.col("one"))):
            part = rows.filter(share > 0).with_columns(pl.col(AMOUNTS) * share)
            frames.append(part.with_columns(workflow=pl.lit(str(place)), model=pl.lit(model)))
    return pl.concat(frames), begins


def _shares(random: np.random.Generator, move: Move, at: int) -> Floats:
    """By hour, with a little coming and going."""
    hour = np.arange(HOURS)
    there = np.clip((hour - at + 1) / move.hours, 0, 1)
    if move.lasts is not None:
        there = there - np.clip((hour - at - move.hours - move.lasts + 1) / move.hours, 0, 1)
    plain = move.before + (move.after - move.before) * there
    safe = np.clip(plain, 1e-9, 1 - 1e-9)
    wavering = 1 / (1 + np.exp(-np.log(safe / (1 - safe)) - correlated(random, HOURS, 0.8, 0.15)))
    shares: Floats = np.where((plain <= 0) | (plain >= 1), plain, wavering)
    return shares


def _rows(spend: Labelled) -> pl.DataFrame:
    tokens = (pl.col("input_tokens") + pl.col("output_tokens")).alias("tokens")
    hour = (pl.col("hour_at") - MONDAY).dt.total_hours().alias("hour")
    return spend.hours.select(
        "series_id", "hour_at", hour, "cost_usd", "calls", tokens, pl.col("output_tokens").cast(pl.Float64)
    )


def main() -> None:
    seeds = range(int(sys.argv[1]), int(sys.argv[2]))
    for models in (2, 3):
        for judged in ("sum", "models", "both"):
            score = hidden(seeds, models, judged)
            counts = f"{score.found} of {score.labels}, {score.false} false, {score.duplicates} twice"
            print(f"{models} models, {judged}: F1 {score.f1:.3f}, $R {score.usd_recall:.3f}; {counts}", flush=True)
    for name, move in MOVES.items():
        made, false = moved(seeds, move)
        print(f"{name}: {false} of {made}", flush=True)


if __name__ == "__main__":
    main()
