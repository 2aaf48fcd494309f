"""`make bench-challengers`: what scikit-learn does with the same spend, beside the detector; nothing here decides.

Two challengers tell incidents (their thresholds tuned on seeds 101 to 103); then two of its models order what the
detector told (learned on 101 to 106): by what people would have answered, and by how odd the hour is. All is scored on
other seeds: `python challengers.py 401 405`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl
from labelled_spend import Labelled, labelled
from rhythms import HOURS, MONDAY
from scoring import DAY, FORTNIGHT, LATE, Score, Telling, add
from sklearn.ensemble import HistGradientBoostingRegressor, IsolationForest
from sklearn.metrics import roc_auc_score

from alerts.detecting import Opened, Panel, Thresholds, fresh, number, walk
from alerts.learning import learned

Floats = npt.NDArray[np.float64]

TUNED_ON, LEARNED_ON = range(101, 104), range(101, 107)
WEEK, LEARNING = 168, 28 * 24
FLOOR_USD, AGAIN = 20.0, 72  # an alarm of less is none; hours without one until it is another incident
EPS = 0.05


@dataclass(frozen=True)
class Context:
    """A seed's hours: dollars (series, hours), and what is known of each hour by then (series, hours, features)."""

    spend: Labelled
    cost: Floats
    usual: Floats
    features: Floats


def context(seed: int) -> Context:
    spend = labelled(seed)
    numbers = {name: number for number, name in enumerate(spend.names)}
    rows = [numbers[name] for name in spend.hours["series_id"]]
    hours = ((spend.hours["hour_at"] - MONDAY).dt.total_hours()).to_numpy()
    grids = []
    for column in ("cost_usd", "calls", "input_tokens"):
        grid = np.zeros((len(spend.names), HOURS))
        grid[rows, hours] = spend.hours[column].to_numpy()
        grids.append(grid)
    cost, calls, tokens = grids
    usual = np.full_like(cost, np.nan)
    for at in range(WEEK, HOURS):
        usual[:, at] = np.median(cost[:, np.arange(at - WEEK, max(at - 5 * WEEK, -1), -WEEK)], axis=1)
    usual = np.nan_to_num(usual)
    ratios = [_log_ratio(_sums(cost, width), _sums(usual, width)) for width in (1, 6, 24)]
    per_call, price = _steady(tokens, calls), _steady(cost, tokens)
    clock = np.broadcast_to(np.arange(HOURS) % 24, cost.shape)
    return Context(spend, cost, usual, np.stack([*ratios, per_call, price, clock], axis=2))


def _sums(values: Floats, width: int) -> Floats:
    grown = np.cumsum(np.pad(values, ((0, 0), (width, 0))), axis=1)
    return grown[:, width:] - grown[:, :-width]


def _log_ratio(actual: Floats, usual: Floats) -> Floats:
    return np.log((actual + EPS) / (usual + EPS))


def _steady(amount: Floats, count: Floats) -> Floats:
    """How far an hour's amount by one is from what it is in most hours of the series; 0 in an hour without any."""
    some = count > 0
    by_one = amount / np.where(some, count, 1)
    usual = [np.median(row[known]) if known.any() else 0.0 for row, known in zip(by_one, some, strict=True)]
    away: Floats = np.where(some, np.log((by_one + 1e-12) / (np.array(usual)[:, None] + 1e-12)), 0.0)
    return away


def oddness(seen: Context) -> Floats:
    """How odd an isolation forest of the first four weeks finds each hour; higher is odder."""
    known = seen.features[:, FORTNIGHT:LEARNING].reshape(-1, seen.features.shape[2])
    forest = IsolationForest(n_estimators=60, max_samples=512, random_state=0).fit(known)
    scores: Floats = -forest.score_samples(seen.features.reshape(-1, seen.features.shape[2]))
    return scores.reshape(seen.cost.shape)


def above(seen: Context) -> Floats:
    """How far each hour is above the 98th percentile that boosted trees of the first four weeks expect of it."""
    lags = [np.roll(np.log(seen.cost + EPS), shift, axis=1) for shift in (WEEK, 2 * WEEK, 25)]
    inputs = np.stack([*lags, np.log(seen.usual + EPS), seen.features[:, :, 5]], axis=2)
    target = np.log(seen.cost + EPS)
    known = inputs[:, FORTNIGHT:LEARNING].reshape(-1, inputs.shape[2])
    trees = HistGradientBoostingRegressor(loss="quantile", quantile=0.98, max_iter=80, random_state=0)
    trees.fit(known, target[:, FORTNIGHT:LEARNING].ravel())
    return target - trees.predict(inputs.reshape(-1, inputs.shape[2])).reshape(target.shape)


def tellings(seen: Context, score: Floats, least: float) -> Iterator[Telling]:
    """What is told where the score is that high and dollars are at stake: once until it was quiet for three days."""
    alarms = (score > least) & _dear(seen)
    for series in range(len(alarms)):
        last = -AGAIN
        for at in np.flatnonzero(alarms[series]):
            if at - last >= AGAIN:
                yield Telling(series, int(at), "calls")
            last = int(at)


def _dear(seen: Context) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = (seen.cost - seen.usual > FLOOR_USD) & (np.arange(HOURS) >= LEARNING)
    return found


def challenge(name: str, of: Callable[[Context], Floats], tests: Iterable[Context], tuning: Iterable[Context]) -> str:
    seen = [(each, of(each)) for each in tuning]
    eligible = np.concatenate([score[_dear(each)] for each, score in seen])
    grid = np.quantile(eligible, [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98])
    best = max(grid, key=lambda least: _scored(seen, float(least)).f1)
    found = _scored([(each, of(each)) for each in tests], float(best))
    return shown(name, found)


def shown(name: str, found: Score) -> str:
    return f"{name:<34} F1 {found.f1:.3f}  P {found.precision:.3f}  R {found.recall:.3f}  $R {found.usd_recall:.3f}"


def _detected(tests: Iterable[Context]) -> Score:
    found = Score()
    for each in tests:
        rows, _ = answers(each)
        told = rows.select("series", "hour", "driver").iter_rows()
        add(found, each.spend, [Telling(*row) for row in told])
    return found


def _scored(seen: Iterable[tuple[Context, Floats]], least: float) -> Score:
    found = Score()
    for each, score in seen:
        add(found, each.spend, list(tellings(each, score, least)))
    return found


def answers(seen: Context) -> tuple[pl.DataFrame, npt.NDArray[np.bool_]]:
    """What the detector told of a seed as rows, and what people would have answered: whether it was real."""
    names = {name: number for number, name in enumerate(seen.spend.names)}
    numbered = seen.spend.hours.with_columns(
        pl.col("series_id").replace_strict(names, return_dtype=pl.UInt32).alias("series"),
        (pl.col("input_tokens") + pl.col("output_tokens")).alias("tokens"),
    )
    thresholds = Thresholds()
    panel = Panel.of(numbered, [ZoneInfo("UTC")] * len(names), list(names), absent_is_zero=False)
    rows, real = [], []
    for decision in walk(panel, fresh(len(names), thresholds), thresholds):
        if isinstance(decision, Opened):
            read, hour = decision.reading, decision.at - number(MONDAY)
            rows.append(
                {
                    "actual_usd": read.actual.cost_usd,
                    "expected_usd": read.expected.cost_usd,
                    "impact_usd": read.impact_usd,
                    "driver": read.driver,
                    "score": read.score,
                    "window_hours": read.until - read.since,
                    "series": decision.row,
                    "hour": hour,
                }
            )
            labels = [label for label in seen.spend.labels if label.series == decision.row and label.is_material]
            real.append(any(label.begins <= hour <= label.due + LATE + DAY for label in labels))
    return pl.DataFrame(rows), np.array(real)


def ordered(learning: Sequence[Context], tests: Sequence[Context]) -> Iterator[str]:
    """How often a real one stands before a false one (0.5 is chance), by several orders of what the detector told."""
    taught = [answers(each) for each in learning]
    known = learned(pl.concat(rows for rows, _ in taught), np.concatenate([real for _, real in taught]))
    asked = [(answers(each), oddness(each)) for each in tests]
    real = np.concatenate([each[1] for each, _ in asked])
    rows = pl.concat(each[0] for each, _ in asked)
    odd = np.concatenate([forest[each[0]["series"], each[0]["hour"]] for each, forest in asked])
    orders = {"its dollars": rows["impact_usd"].to_numpy(), "its score": rows["score"].to_numpy(), "its oddness": odd}
    if known:
        orders["the chance answers taught"] = np.array(known.of(rows))
        orders["its dollars times that chance"] = orders["its dollars"] * orders["the chance answers taught"]
    yield f"{len(real)} told, {int(real.sum())} of them real; learned from {known.answers if known else 0} answers"
    for name, order in orders.items():
        yield f"{name:<34} {roc_auc_score(real, order):.3f}"


def main() -> None:
    first, until = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (401, 405)
    tests, learning = [context(seed) for seed in range(first, until)], [context(seed) for seed in LEARNED_ON]
    tuning = learning[: len(TUNED_ON)]
    print(f"Told of seeds {first} to {until - 1}")
    print(shown("the detector", _detected(tests)))
    print(challenge("isolation forest", oddness, tests, tuning))
    print(challenge("boosted trees, 98th percentile", above, tests, tuning))
    print("\nA real one stands before a false one, ordered by")
    for line in ordered(learning, tests):
        print(line)


if __name__ == "__main__":
    main()
