"""Numbers in sentences: what a person would say about them, for people and for screen readers.

Everything here is plain text; `markdown` makes it safe to draw: names are data, and `$` opens a formula in Markdown.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from dashboards.periods import Days
from dashboards.view import Lag
from warehouse import usd

UNATTRIBUTED = "Unattributed"
MARKS = "\\`*_{}[]()#+-.!|~$:<>&\"'"
TOKEN_CLASSES = {
    "input_uncached": "input",
    "cache_read": "cache read",
    "cache_write_5m": "cache write, 5 min",
    "cache_write_1h": "cache write, 1 h",
    "cache_write_other": "cache write",
    "audio_in": "audio in",
    "output_text": "output",
    "reasoning": "reasoning",
    "audio_out": "audio out",
}
# A change beyond this is said as a multiple: +900% says less than ten times.
TIMES = 10


def markdown(text: str) -> str:
    """The text so that Markdown draws it as it stands, on one line."""
    one_line = visible(" ".join(text.split()))
    return "".join(f"\\{mark}" if mark in MARKS else mark for mark in one_line)


def visible(text: str) -> str:
    r"""The text with an escape for each character that cannot be seen: one that turns the direction of writing around
    would also turn the amounts around that stand after a name (U+202E is shown as \u202e).
    """
    return "".join(mark if mark.isprintable() or mark.isspace() else _escaped(mark) for mark in text)


def cut(text: str, longest: int) -> str:
    """The text, or its beginning when it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def bold(text: str) -> str:
    """The same in bold."""
    return f"**{markdown(text)}**"


def named(name: str | None, nothing: str = UNATTRIBUTED) -> str:
    """A name, or what stands in for one that nobody sent."""
    return name or nothing


def percent(share: float | Decimal | None, digits: int = 0) -> str:
    """A share of one as a percentage: '99.2%'. All but all is never 100%, all but none never 0%."""
    if share is None:
        return "—"
    text = f"{share * 100:.{digits}f}"
    if share < 1 and text == f"{100:.{digits}f}":
        return f">{100 - 10**-digits:.{digits}f}%"
    if share > 0 and text == f"{0:.{digits}f}":
        return f"<{10**-digits:.{digits}f}%"
    return f"{text}%"


def change(now: Decimal | float, before: Decimal | float) -> str:
    """How much more or less: '+12%', '−3%', '×14', 'new', 'gone', 'unchanged'; never infinity."""
    now, before = Decimal(now), Decimal(before)
    if before == now:
        return "unchanged"
    if before <= 0:
        return "new"
    if now == 0:
        return "gone"
    ratio = now / before
    if ratio >= TIMES:
        return f"×{ratio:.0f}"
    moved = (ratio - 1) * 100
    size = f"{abs(moved):.0f}" if abs(moved) >= 1 else f"{abs(moved):.1f}"
    if float(size) == 0:
        return "unchanged"
    return f"{'+' if moved > 0 else '−'}{size}%"


def more_or_less(difference: Decimal) -> str:
    """'$12.30 more', '$4 less', 'as much'."""
    if not difference:
        return "as much"
    return f"{usd(abs(difference))} {'more' if difference > 0 else 'less'}"


def on_days(days: Days, *, year: bool = True) -> str:
    """Days as one writes them: '1–20 Nov 2026', '28 Oct – 3 Nov 2026', '20 Nov 2026'; without the year if so told."""
    first, last = days.first, days.last
    if first.year != last.year:
        return f"{_day(first)} – {_day(last)}"
    end = _day(last) if year else f"{last.day} {last:%b}"
    if len(days) <= 1:
        return end
    return f"{first.day}–{end}" if first.month == last.month else f"{first.day} {first:%b} – {end}"


def at(instant: datetime, zone: ZoneInfo) -> str:
    """An instant (naive UTC, or aware) on the clock of the business zone: '20 Nov, 15:04'."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo("UTC"))
    local = aware.astimezone(zone)
    return f"{local.day} {local:%b}, {local:%H:%M}"


def lasting(length: timedelta) -> str:
    """A length of time in its two largest units: '41 s', '3 min', '2 h 5 min', '3 d 4 h'."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{days} d {hours % 24} h" if hours % 24 else f"{days} d"


def milliseconds(length_ms: int) -> str:
    """How long one thing took: '840 ms', '3.1 s', '2 min', '1 h 5 min'."""
    if length_ms < 1000:
        return f"{length_ms} ms"
    return f"{length_ms / 1000:.1f} s" if length_ms < 60_000 else lasting(timedelta(milliseconds=length_ms))


def freshness(lag: Lag, last_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """How far the page is behind what was sent."""
    if lag.entries:
        what = "1 request" if lag.entries == 1 else f"{lag.entries:,} requests"
        return f"{what} received and not read yet, the oldest {lasting(timedelta(seconds=lag.seconds))} ago"
    if last_at is None:
        return "Nothing has been received yet"
    return f"Up to date; the last call ended {at(last_at, zone)} ({lasting(now.replace(tzinfo=None) - last_at)} ago)"


def covered(calls: int, unpriced: int, incomplete: int) -> str:
    """What the money beside it does not hold."""
    if not calls:
        return "No calls, so nothing is missing"
    if not unpriced and not incomplete:
        return f"Every one of {calls:,} calls is complete and priced"
    parts = [f"{count:,} have no {what}" for count, what in ((unpriced, "price"), (incomplete, "usage")) if count]
    share = percent(1 - (unpriced + incomplete) / calls, 1)
    return f"{share} of {calls:,} calls are complete and priced; {' and '.join(parts)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _escaped(mark: str) -> str:
    return mark.encode("unicode_escape", "surrogatepass").decode("ascii")
