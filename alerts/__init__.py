"""What we tell people: the spike, the budget, the silence, each once and with its cause; and the month's statement.

In:   the warehouse's hours, budgets and months; the hour it is; the channels a deployment set up.
Out:  incidents with a beginning, an end and a dollar impact; messages in an outbox, delivered at least once; a forecast
      of the month; a statement as XLSX and CSV files.
Not:  it computes no cost and reads no span's meaning (`warehouse`), keeps no timetable (`outlay.timetable`), and never
      asks what time it is.

The way through: `spikes` walks closed hours, asks `detecting`, and writes what it found as `incidents`; `budgets`
(with `forecasting`) and `rules` do the same for what is spent and for what else goes wrong. `delivery` addresses what
was written and has the `channels` carry it; `answering` is what comes back, and `learning` what answers teach.
`statements` lays a month out, `render` makes the bytes. A room knows the rooms below it: import-linter holds the order.
"""

from alerts.answering.answer import act, remind, undo
from alerts.answering.likely import chances
from alerts.answering.links import Asked, LinkRefused, Links
from alerts.budgets.book import enact, set_budget, standing
from alerts.budgets.budget import KINDS, PERIODS, Budget, Scope
from alerts.budgets.caps import Cap, Capped, watch_caps
from alerts.budgets.forecast import Forecast, month_forecast
from alerts.budgets.forecast_book import accuracy, freeze, freeze_history
from alerts.budgets.outlook import Outlooks
from alerts.budgets.standing import Standing, accounts_of, standings
from alerts.budgets.watch import BudgetsWatched, watch_budgets
from alerts.channels import Action, Answers, Caller, Channel, NotSent, Posted, Unusable, Wiring, channels
from alerts.channels.address import UnsafeAddress
from alerts.delivery.dispatch import dispatch
from alerts.delivery.outbox import reconsider, try_again, undelivered
from alerts.delivery.routes import ROUTED, Quiet, Route, Routes, usual_routes
from alerts.delivery.sending import Delivered, deliver
from alerts.delivery.trial import posted_test
from alerts.detecting import Thresholds
from alerts.incidents.acts import ACTIONS, DONE, ENDS, LABELS, WORDS, Act, labels, latest_acts, states, used
from alerts.incidents.acts import acts_of as incident_acts
from alerts.incidents.agenda import Entry, agenda
from alerts.incidents.audit import audit, audit_break
from alerts.incidents.backtest import RuleBacktest
from alerts.incidents.incident import (
    BUDGET,
    RUNAWAY,
    SILENCE,
    SPEND_DROP,
    SPEND_SPIKE,
    UNATTRIBUTED,
    Incident,
    incidents,
    open_incidents,
)
from alerts.incidents.incident import by_id as incident_by_id
from alerts.incidents.incident import children as incident_children
from alerts.incidents.message import sentences as incident_sentences
from alerts.incidents.planning import AgendaRefused, add_planned, add_silence, end_entry, signed
from alerts.rules.operation import failed_jobs, operation_rules
from alerts.rules.rates import rate_rules
from alerts.rules.regression import regression_rules
from alerts.rules.rule import Rule, watch_rules, would_have_fired
from alerts.rules.silence import SilenceWatched, watch_silence
from alerts.rules.slow import slow_rules
from alerts.spikes.backtest import WouldBe, backtest
from alerts.spikes.expectation import expected_hours
from alerts.spikes.lookback import would_have_spiked
from alerts.spikes.spend_file import NoSpend, read_spend
from alerts.spikes.watch import Watched, last_closed_hour, watch
from alerts.statements.announce import announce
from alerts.statements.files import write_statements

__all__ = [
    "ACTIONS",
    "BUDGET",
    "DONE",
    "ENDS",
    "KINDS",
    "LABELS",
    "PERIODS",
    "ROUTED",
    "RUNAWAY",
    "SILENCE",
    "SPEND_DROP",
    "SPEND_SPIKE",
    "UNATTRIBUTED",
    "WORDS",
    "Act",
    "Action",
    "AgendaRefused",
    "Answers",
    "Asked",
    "Budget",
    "BudgetsWatched",
    "Caller",
    "Cap",
    "Capped",
    "Channel",
    "Delivered",
    "Entry",
    "Forecast",
    "Incident",
    "LinkRefused",
    "Links",
    "NoSpend",
    "NotSent",
    "Outlooks",
    "Posted",
    "Quiet",
    "Route",
    "Routes",
    "Rule",
    "RuleBacktest",
    "Scope",
    "SilenceWatched",
    "Standing",
    "Thresholds",
    "UnsafeAddress",
    "Unusable",
    "Watched",
    "Wiring",
    "WouldBe",
    "accounts_of",
    "accuracy",
    "act",
    "add_planned",
    "add_silence",
    "agenda",
    "announce",
    "audit",
    "audit_break",
    "backtest",
    "chances",
    "channels",
    "deliver",
    "dispatch",
    "enact",
    "end_entry",
    "expected_hours",
    "failed_jobs",
    "freeze",
    "freeze_history",
    "incident_acts",
    "incident_by_id",
    "incident_children",
    "incident_sentences",
    "incidents",
    "labels",
    "last_closed_hour",
    "latest_acts",
    "month_forecast",
    "open_incidents",
    "operation_rules",
    "posted_test",
    "rate_rules",
    "read_spend",
    "reconsider",
    "regression_rules",
    "remind",
    "set_budget",
    "signed",
    "slow_rules",
    "standing",
    "standings",
    "states",
    "try_again",
    "undelivered",
    "undo",
    "used",
    "usual_routes",
    "watch",
    "watch_budgets",
    "watch_caps",
    "watch_rules",
    "watch_silence",
    "would_have_fired",
    "would_have_spiked",
    "write_statements",
]
