"""What we tell people: the spike, the budget, the silence, each once and with its cause; and the month's statement.

In:   the warehouse's hours, budgets and months; the hour it is; the channels a deployment set up.
Out:  incidents with a beginning, an end and a dollar impact; messages in an outbox, delivered at least once; a forecast
      of the month; a statement as XLSX and CSV files.
Not:  it computes no cost and reads no span's meaning (`warehouse`), keeps no timetable (`outlay.schedule`), and never
      asks what time it is.

The way through: `spikes` walks closed hours and asks `detecting`, whose memory `remembered` keeps; `episodes` are
what it said, `falls` which of them are, `causes` where they come from; `spike_book` writes the incident and, through
`message` and `outbox`, what people are told. `dispatch` addresses it by the `routes`, `delivery` has the `channels`
carry it, `answering` is what comes back by the links in a message. `budgets` and `silence` do the same for what is
spent and for who is not heard. `statement` lays a month out, `render` makes the bytes, `statement_files` puts them
into a folder.
"""

from alerts.acts import ACTIONS, DONE, ENDS, LABELS, WORDS, Act, labels, latest_acts, states, used
from alerts.acts import acts_of as incident_acts
from alerts.agenda import Entry, agenda
from alerts.announce import announce
from alerts.answering import act, remind, undo
from alerts.audit import audit, audit_break
from alerts.backtest import NoSpend, WouldBe, backtest, read_spend
from alerts.budget import KINDS, PERIODS, Budget, Scope
from alerts.budget_book import enact, set_budget, standing
from alerts.budget_outlook import Outlooks
from alerts.budget_standing import Standing, accounts_of, standings
from alerts.budgets import BudgetsWatched, watch_budgets
from alerts.caps import RUNAWAY, Cap, Capped, watch_caps
from alerts.channels import Action, Answers, Caller, Channel, NotSent, Posted, Unusable, Wiring, channels
from alerts.channels.address import UnsafeAddress
from alerts.delivery import Delivered, deliver
from alerts.detecting import Thresholds
from alerts.dispatch import dispatch
from alerts.expectation import expected_hours
from alerts.forecast import Forecast, month_forecast
from alerts.forecast_book import accuracy, freeze, freeze_history
from alerts.incident import BUDGET, SILENCE, SPEND_DROP, SPEND_SPIKE, Incident, incidents, open_incidents
from alerts.incident import by_id as incident_by_id
from alerts.incident import children as incident_children
from alerts.likely import chances
from alerts.links import Asked, LinkRefused, Links
from alerts.message import sentences as incident_sentences
from alerts.operation_rules import failed_jobs, operation_rules
from alerts.outbox import try_again, undelivered
from alerts.planning import AgendaRefused, add_planned, add_silence, end_entry
from alerts.rates import rate_rules
from alerts.regression_rule import regression_rules
from alerts.routes import ROUTED, Quiet, Route, Routes, usual_routes
from alerts.rules import Rule, RuleBacktest, watch_rules, would_have_fired
from alerts.silence import SilenceWatched, watch_silence
from alerts.slow_rules import slow_rules
from alerts.spikes import Watched, last_closed_hour, watch
from alerts.statement_files import write_statements
from alerts.trial import posted_test

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
    "regression_rules",
    "remind",
    "set_budget",
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
    "write_statements",
]
