"""A believable company's LLM traffic whose every cent is known: something to look at, and something to test against.

In:   the instant its history ends, how many days it goes back, a seed.
Out:  `History`: steps (requests to send, months to close, when to refresh), then its `ledger` and its `stories`;
      `play` and `send`, which post the requests as exporters do; `settings_toml`, the demo home's settings.
Not:  it computes nothing the product computes, and imports nothing of it. It is a sender with a good memory, so it
      writes OTLP itself, as every exporter does.

The way through: `company.toml` and `stories.toml` → `traffic` (what happened) → `ledger` (what it cost) and `emitters`
(how it is told) → `script` (what is sent when) → `emit` (the sending).
"""

from outlay.demo.booked import Entry, Total
from outlay.demo.company import Company, PriceLine, Usage
from outlay.demo.emit import Sent, Unsendable, play, send
from outlay.demo.emitters import GATEWAY
from outlay.demo.home_settings import override_price_lines, settings_toml
from outlay.demo.ledger import Ledger
from outlay.demo.script import DAYS, OUTCOMES, SEED, CloseMonth, History, Refresh, Send, Step, script
from outlay.demo.stories import Story

__all__ = [
    "DAYS",
    "GATEWAY",
    "OUTCOMES",
    "SEED",
    "CloseMonth",
    "Company",
    "Entry",
    "History",
    "Ledger",
    "PriceLine",
    "Refresh",
    "Send",
    "Sent",
    "Step",
    "Story",
    "Total",
    "Unsendable",
    "Usage",
    "override_price_lines",
    "play",
    "script",
    "send",
    "settings_toml",
]
