"""The models nobody priced: which they are, how much waits for a price, and how to set one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from dashboards.words import bold, markdown, named
from warehouse import tokens

NO_MODEL = "unknown model"
NO_PROVIDER = "an unnamed provider"
MOST_SPELLED_OUT = 5


def unpriced_by_model(rows: pl.DataFrame) -> pl.DataFrame:
    """The metric `unpriced_models` summed over its reasons, most calls first: each model with its calls and tokens."""
    summed = rows.group_by("provider", "model").agg(
        pl.col("calls", "input_tokens", "output_tokens").sum(), pl.col("first_at").min(), pl.col("last_at").max()
    )
    return summed.sort("calls", "provider", "model", descending=[True, False, False])


def unpriced_list(models: pl.DataFrame) -> str:
    """The models with most calls as a Markdown list; beyond five, how many more there are."""
    lines = [f"- {_sentence(model)}" for model in models.head(MOST_SPELLED_OUT).iter_rows(named=True)]
    if models.height > MOST_SPELLED_OUT:
        lines.append(f"- and {models.height - MOST_SPELLED_OUT} more")
    return "\n".join(lines)


def price_to_add(model: Mapping[str, Any], today: date) -> str:
    """What to write into outlay.toml to price a model from this month on; the amounts are for its buyer to fill in."""
    told = f"provider = {_toml(model['provider'])}\nmodel = {_toml(model['model'])}\nvalid_from = {today:%Y-%m-01}"
    classes = ("input_uncached", "output_text")
    return "\n\n".join(
        f'[[prices]]\n{told}\ntoken_class = "{name}"\nusd_per_million = 0.00   # yours' for name in classes
    )


def _sentence(model: Mapping[str, Any]) -> str:
    waiting = f"{tokens(model['input_tokens'])} tokens in and {tokens(model['output_tokens'])} out"
    since = f"{model['first_at'].day} {model['first_at']:%b}"
    whose = markdown(f"at {named(model['provider'], NO_PROVIDER)}: {model['calls']:,} calls since {since}, {waiting}")
    return f"{bold(named(model['model'], NO_MODEL))} {whose}"


def _toml(text: str | None) -> str:
    escaped = (text or "").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
