"""Serve the pages from wherever this is started, and tell as JSON what came of it."""

from __future__ import annotations

import json
import sys

from northwind import company, desk
from starlette.testclient import TestClient
from streamlit import config

# Someone read Streamlit's settings before the pages were made, as a notebook or a plug-in may.
config.get_option("server.port")

from dashboards.app import create  # noqa: E402 - after the line above, which is the case

OPTIONS = (
    "browser.gatherUsageStats",
    "client.toolbarMode",
    "client.showErrorDetails",
    "client.disableDataExport",
    "server.fileWatcherType",
    "server.enableStaticServing",
    "theme.light.primaryColor",
    "theme.dark.backgroundColor",
)

laid = desk(company(), keys_required=True)
app = create(laid.warehouse, view=laid.view, authorise=laid.authorise, commands={}, lag=laid.lag, clock=laid.clock)
with TestClient(app) as client:
    page = client.get("/teams")
    script = client.get("/" + page.text.partition('src="./')[2].partition('"')[0], headers={"accept-encoding": "gzip"})
    told = {
        "options": {name: config.get_option(name) for name in OPTIONS},
        "page": page.status_code,
        "health": client.get("/_stcore/health").text,
        "script": [script.status_code, script.headers.get("content-encoding")],
        "api": client.get("/api/v1/status").status_code,
    }
sys.stdout.write(json.dumps(told))
