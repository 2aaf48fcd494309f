"""Learn from answers how likely an alarm is a real one: a logistic line through few numbers, kept only if it helps.

Some hundred answers bear no more than a line. It is tried on answers it has not seen, and where it tells no more than
the share of real ones does, nobody hears of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

Floats = npt.NDArray[np.float64]

FEATURES = ("actual_usd", "expected_usd", "impact_usd", "driver", "score", "window_hours")
DRIVERS = ("tokens_per_call", "unit_price")  # beside calls
FOLDS = 5
FEWEST_OF_EACH = 2 * FOLDS  # real ones and others: each fold must have seen some of both
GAIN = 0.02  # nats an answer: so much closer than the mere share, or it is luck
CENT = 0.01


@dataclass(frozen=True, slots=True)
class Chances:
    """A line that was tried, how many answers it learned from, and how much they surprise it (nats an answer)."""

    line: Pipeline
    answers: int
    surprise: float
    surprise_by_share: float  # of who only knows how many were real

    def of(self, incidents: pl.DataFrame) -> list[float]:
        """The chance (0 to 1) that each of these rows with FEATURES is a real one."""
        if incidents.is_empty():
            return []
        return [float(chance) for chance in self.line.predict_proba(_numbers(incidents))[:, 1]]


def learned(answers: pl.DataFrame, is_real: npt.NDArray[np.bool_]) -> Chances | None:
    """Learn from rows with FEATURES (money and score as numbers or NULL); None when it would tell nothing new."""
    if min(int(is_real.sum()), int((~is_real).sum())) < FEWEST_OF_EACH:
        return None
    numbers = _numbers(answers)
    line = make_pipeline(StandardScaler(), LogisticRegression(C=0.3))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    unseen = cross_val_predict(line, numbers, is_real, cv=folds, method="predict_proba")[:, 1]
    surprise, by_share = log_loss(is_real, unseen), log_loss(is_real, np.full(len(is_real), is_real.mean()))
    if by_share - surprise < GAIN:
        return None
    return Chances(line.fit(numbers, is_real), len(is_real), float(surprise), float(by_share))


def _numbers(rows: pl.DataFrame) -> Floats:
    """What a line can be drawn through: logarithms, and which driver it was. Unknown is what is usual."""
    money = {name: rows[name].cast(pl.Float64).fill_null(0).to_numpy() for name in FEATURES[:3]}
    actual, expected, impact = (np.maximum(amount, 0) + CENT for amount in money.values())
    score = rows["score"].cast(pl.Float64)
    window = rows["window_hours"].cast(pl.Float64)
    columns = [
        np.log(impact),
        np.log(actual / expected),
        np.log1p(np.maximum(score.fill_null(_usual(score)).to_numpy(), 0)),
        np.log1p(window.fill_null(_usual(window)).to_numpy()),
        *((rows["driver"] == driver).fill_null(value=False).cast(pl.Float64).to_numpy() for driver in DRIVERS),
    ]
    return np.column_stack(columns)


def _usual(values: pl.Series) -> float:
    median = values.median()
    return float(median) if isinstance(median, int | float) else 0.0
