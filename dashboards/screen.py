"""The few ways a page puts something on the screen: a fact, a picture, a table, a line about an incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

import polars as pl
import streamlit as st

from dashboards.figures import Picture
from dashboards.incident_words import Incident, headline, standing_badge, state_badge, untold
from dashboards.selection import Selection
from dashboards.words import bold, markdown
from warehouse import exact_text, to_csv, usd_exact

# Without its toolbar a chart is quieter; scrolling over it moves the page, not the chart.
CHART = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
MOST_DECIMALS = 12
MOST_ROWS_HIGH = 12


def tile(
    label: str,
    value: str,
    delta: str | int | None = None,
    described: str | None = None,
    *,
    exact: Decimal | None = None,
    note: str = "",
    act: bool = False,
) -> None:
    """One fact of a page: a figure, what it did since, and in its tooltip the exact amount.

    A change is grey, because more is not worse by itself; `act` makes it red, for what someone must do something about.
    """
    hint = " ".join(part for part in (f"Exactly {usd_exact(exact)}." if exact else "", note) if part)
    st.metric(
        markdown(label),
        markdown(value),
        markdown(delta) if isinstance(delta, str) else delta,
        delta_color="red" if act else "off",
        delta_description=markdown(described) if described else None,
        help=markdown(hint) or None,
        border=True,
        height="stretch",
    )


def draw(picture: Picture, key: str) -> None:
    """A chart with its sentence for screen readers."""
    st.plotly_chart(picture.figure, config=CHART, alt=picture.alt, key=key)


def exactly(amount: Decimal, calls: int, *, key: str, partial: bool = False) -> None:
    """The total with every digit, where a person or a program can check it against the ledger.

    It stands in an element of the class `st-key-KEY`, and begins 'Exactly $1,234.567 from 89 calls'.
    """
    with st.container(key=key):
        hatched = " · hatched: today, which is not over" if partial else ""
        st.caption(markdown(f"Exactly {usd_exact(amount)} from {calls:,} calls{hatched}"))


def exactly_usd(what: str, amount: Decimal, *, key: str) -> None:
    """An amount with every digit: 'The parts add up to exactly $1,234.567'."""
    with st.container(key=key):
        st.caption(markdown(f"{what} exactly {usd_exact(amount)}"))


def money(label: str, amounts: pl.Series, **more: Any) -> Any:
    """A column of money on one scale: as many decimals as it takes that no amount looks like $0.00 without being it."""
    if any(amount < 0 for amount in amounts.drop_nulls()):
        return signed_money(label, amounts, **more)
    return st.column_config.NumberColumn(label, format=f"$%,.{decimals(amounts)}f", **more)


def signed_money(label: str, amounts: pl.Series, **more: Any) -> Any:
    """A column of money that may be negative: its heading has the dollar sign, which before a minus reads $-4.10."""
    return st.column_config.NumberColumn(f"{label}, $", format=f"%,.{decimals(amounts)}f", **more)


def decimals(amounts: pl.Series) -> int:
    """Decimals that show the smallest amount other than zero: at least the cents."""
    sizes = [abs(amount) for amount in amounts.drop_nulls() if amount]
    smallest = min(sizes, default=Decimal(1))
    return next((digits for digits in range(2, MOST_DECIMALS) if round(smallest, digits)), MOST_DECIMALS)


def price(label: str, amounts: pl.Series) -> Any:
    """A column of prices: all their digits, because a rounded price is another price."""
    digits = max((len(exact_text(amount).partition(".")[2]) for amount in amounts.drop_nulls()), default=2)
    return st.column_config.NumberColumn(label, format=f"$%,.{min(max(digits, 2), MOST_DECIMALS)}f")


def table(
    frame: pl.DataFrame, columns: Mapping[str, Any], *, key: str, alt: str, in_percent: Sequence[str] = ()
) -> None:
    """A table of the columns named, in that order, and below it the whole frame as a file with every digit.

    Columns `in_percent` hold shares of one, and are shown times a hundred.
    """
    seen = frame.select(columns.keys()).with_columns(
        pl.col(pl.Decimal).cast(pl.Float64), *(pl.col(name) * 100 for name in in_percent)
    )
    height: Literal["content"] | int = "content" if frame.height <= MOST_ROWS_HIGH else 35 * MOST_ROWS_HIGH
    st.dataframe(seen, column_config=dict(columns), hide_index=True, height=height, key=key, alt=alt, placeholder="—")
    st.download_button(
        "CSV",
        lambda: to_csv(frame),
        f"{key}.csv",
        "text/csv",
        key=f"{key}-csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def incident_card(
    incident: Incident, since: str = "", selection: Selection | None = None, children: Sequence[Incident] = ()
) -> None:
    """One incident in three lines, with the way to its page; with a selection also who has it in hand.

    `children` are the incidents that it explains: a line and a way each.
    """
    answered = standing_badge(incident, selection.now, selection.zone) if selection else ""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{state_badge(incident)} {bold(headline(incident))} {answered}".rstrip())
        if said := untold(incident, since):
            st.caption(markdown(said))
        st.page_link(
            "incidents.py",
            label="Open",
            icon=":material/arrow_forward:",
            query_params={"id": incident["incident_id"]},
        )
        for child in children:
            st.page_link(
                "incidents.py",
                label=markdown(headline(child)),
                icon=":material/subdirectory_arrow_right:",
                query_params={"id": child["incident_id"]},
            )
