"""What people look at: the pages, and the same questions as URLs, both served from one warehouse.

In:   a warehouse that the process owns, the facts of the settings (`View`), whom a key stands for (`Authorise`), how
      far the reading is (`Lag`), and what other rooms compute for a page (`Sources`).
Out:  one ASGI application (`dashboards.app.create`): pages at /, `GET /api/v1/…` for programs, `POST
      /api/v1/commands/NAME` for the commands of this machine. It is a door of its own: whoever only hands something
      in, as every command does, need not wait for FastAPI, and nobody but who looks at a page for Streamlit
      (`dashboards.drawn`), which comes when all else answers.
Not:  it never writes to the warehouse by itself (`Deeds` are handed in), never asks what time it is, and shows a
      reader nothing beyond their teams.

The way through: `filters` choose a `Selection` → `ask` asks the warehouse → `figures` and `words` say it → `screen`
draws it. `pages/` holds one file per page; Streamlit runs `pages/menu.py` on every click.
"""

from dashboards.deeds import Deeds
from dashboards.desk import Authorise
from dashboards.sources import (
    Answering,
    AnswerRefused,
    BudgetLine,
    ChannelLine,
    ExpectedHours,
    Forecast,
    Forecasts,
    RouteLine,
    RuleLine,
    RuleTrial,
    Sources,
    StatementFile,
    StatementFiles,
)
from dashboards.sources import Question as AnswerQuestion
from dashboards.view import Lag, Reader, View

__all__ = [
    "AnswerQuestion",
    "AnswerRefused",
    "Answering",
    "Authorise",
    "BudgetLine",
    "ChannelLine",
    "Deeds",
    "ExpectedHours",
    "Forecast",
    "Forecasts",
    "Lag",
    "Reader",
    "RouteLine",
    "RuleLine",
    "RuleTrial",
    "Sources",
    "StatementFile",
    "StatementFiles",
    "View",
]
