"""Models and prices: what each model costs, at which price, what caches save, and what nobody priced."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.column_config import DateColumn, NumberColumn, TextColumn

from dashboards.ask import ask, look_up
from dashboards.emptiness import nothing_here
from dashboards.failures import show_failures
from dashboards.figures import daily_bars
from dashboards.filters import choose, known_models
from dashboards.heading import open_page
from dashboards.model_rows import model_rows
from dashboards.screen import draw, exactly, money, price, table, tile
from dashboards.selection import Selection
from dashboards.sums import count, dollars
from dashboards.unpriced import NO_MODEL, price_to_add, unpriced_by_model, unpriced_list
from dashboards.words import TOKEN_CLASSES, on_days, percent
from warehouse import tokens, usd


def unpriced(selection: Selection) -> None:
    """Say loudly which models nobody priced: their cost is in no figure."""
    models = unpriced_by_model(ask("unpriced_models", selection))
    if models.is_empty():
        return
    missing = f"{count(models):,} calls have no price, so what they cost is in no figure"
    st.error(unpriced_list(models), title=missing, icon=":material/sell:")
    with st.expander("Set a price in outlay.toml"):
        st.code(price_to_add(models.row(0, named=True), selection.today), language="toml")


def totals(rows: pl.DataFrame, selection: Selection) -> None:
    """What models cost together, what a token costs in the mean, what the caches kept from being spent."""
    total, saved = dollars(rows), dollars(rows, "cache_saved_usd")
    used = count(rows, "input_tokens") + count(rows, "output_tokens")
    read, sent = count(rows, "cache_read_tokens"), count(rows, "input_tokens")
    with st.grid(4, min_column_width=150):
        tile(f"Spent on {on_days(selection.days)}", usd(total), exact=total)
        tile("Per 1M tokens", usd(total * 1_000_000 / used) if used else "—", described="input and output together")
        tile(
            "Kept by caches",
            usd(saved),
            described="against plain input prices",
            exact=saved,
            note="Less what writing them cost above plain input.",
        )
        tile(
            "Cache hit rate",
            percent(read / sent if sent else None, 1),
            described=f"{tokens(read)} of {tokens(sent)} input tokens",
        )


def by_model(rows: pl.DataFrame, selection: Selection) -> None:
    """One row a model."""
    compared = {
        "before_usd": money("Before", rows["before_usd"]),
        "change": NumberColumn("Change, full days", format="%+.0f%%", help="Of the days that are over: without today"),
    }
    table(
        rows.with_columns(pl.col("model").fill_null(NO_MODEL), pl.col("provider").fill_null("unknown")),
        {
            "model": TextColumn("Model", pinned=True, width="medium"),
            "provider": TextColumn("Provider"),
            "cost_usd": money("Spent", rows["cost_usd"]),
            "share": NumberColumn("Share", format="%.1f%%"),
            **(compared if selection.compared else {}),
            "calls": NumberColumn("Calls", format="localized"),
            "unpriced_calls": NumberColumn("Unpriced", format="localized", help="Calls whose cost nobody knows"),
            "usd_per_million": money("Per 1M tokens", rows["usd_per_million"]),
            "hit_rate": NumberColumn("Cache hits", format="%.1f%%", help="Of input tokens"),
            "cache_saved_usd": money("Kept by caches", rows["cache_saved_usd"]),
        },
        key="spend-by-model",
        alt="Spend, price per token and cache use by model",
        in_percent=("share", "hit_rate"),
    )


def prices(selection: Selection) -> None:
    """The price lines that made the charges."""
    st.subheader("Prices that were charged", anchor=False)
    used = look_up("prices_used", selection).with_columns(pl.col("token_class").replace(TOKEN_CLASSES))
    table(
        used,
        {
            "model": TextColumn("Model", pinned=True, width="medium"),
            "provider": TextColumn("Provider"),
            "token_class": TextColumn("Tokens"),
            "usd_per_million": price("Per 1M tokens", used["usd_per_million"]),
            "cost_usd": money("Charged", used["cost_usd"]),
            "valid_from": DateColumn("Since", format="YYYY-MM-DD", width=100),
            "layer": TextColumn("Layer", help="list, or your own contract or override"),
            "service_tier": TextColumn("Tier"),
            "min_input_tokens": NumberColumn(
                "From input tokens", format="localized", help="Requests longer than this pay this price for all of it"
            ),
            "source": TextColumn("Source", width="medium"),
        },
        key="prices-used",
        alt="The price lines behind the charges",
    )


def page() -> None:
    """The page: what is missing first, then what is known."""
    selection = choose(st.sidebar)
    open_page("Models and prices", selection)
    cells = look_up("cells", selection)
    if cells.is_empty():
        nothing_here(selection)
        return

    unpriced(selection)
    rows = model_rows(
        cells,
        look_up("cells", selection.complete),
        look_up("cells", selection.compared) if selection.compared else None,
    )
    totals(rows, selection)
    st.subheader("Spend by day and model", anchor=False)
    draw(
        daily_bars(
            look_up("daily_models", selection),
            by="model",
            everyone=known_models(),
            partial=selection.partial,
            nothing=NO_MODEL,
        ),
        key="daily-models",
    )
    exactly(dollars(rows), count(rows), key="exact-spend", partial=selection.partial is not None)
    by_model(rows, selection)
    prices(selection)
    if selection.environment is None:
        show_failures(ask("failure_rate_by_provider", selection))


page()
