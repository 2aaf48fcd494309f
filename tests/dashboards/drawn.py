"""Draw a page as Streamlit does, and read its words."""

from __future__ import annotations

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

import dashboards
from dashboards.reader import KEY

MENU = Path(dashboards.__file__).parent / "pages" / "menu.py"
PAGES = [
    "overview.py",
    "teams.py",
    "workflows.py",
    "why.py",
    "waste.py",
    "traces.py",
    "versions.py",
    "guardrails.py",
    "models.py",
    "incidents.py",
    "quality.py",
    "emitters.py",
]
PATIENCE_S = 120


def opened(page: str = "overview.py", key: str | None = None, **query: str) -> AppTest:
    """The page, drawn."""
    app = AppTest.from_file(str(MENU), default_timeout=PATIENCE_S)
    for name, value in query.items():
        app.query_params[name] = value
    if key:
        app.session_state[KEY] = key
    if page != PAGES[0]:
        app.switch_page(page)
    return app.run()


def words(app: AppTest) -> str:
    """All the words on the screen, as drawn, with the cells of its tables and the words of its charts."""
    said = [
        element.value
        for kind in ("title", "subheader", "markdown", "caption", "code", "error", "info", "success")
        for element in getattr(app, kind)
    ]
    said += [
        f"{metric.label} {metric.value} {metric.delta} {metric.help} {metric.proto.delta_description}"
        for metric in app.metric
    ]
    said += [alert.proto.title for kind in ("error", "info") for alert in getattr(app, kind)]
    said += [str(table.value.to_dict()) for table in app.dataframe]
    said += [chart.proto.spec for chart in app.get("plotly_chart")]
    said += [str(option) for widget in (*app.selectbox, *app.multiselect) for option in widget.options]
    return re.sub(r"\\(?=[^\w\s])", "", "\n".join(map(str, said)))
