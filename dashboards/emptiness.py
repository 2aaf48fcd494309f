"""What a page says when there is nothing to show: why, and what to do about it."""

from __future__ import annotations

import streamlit as st

from dashboards.ask import look_up
from dashboards.desk import laid
from dashboards.selection import Selection
from dashboards.view import View
from dashboards.words import at, markdown, on_days


def nothing_here(selection: Selection) -> None:
    """Say that these days hold no calls, or, when none was ever heard, how to send the first one."""
    heard = look_up("heard", selection)
    if heard.item(0, "calls"):
        last = at(heard.item(0, "last_at"), selection.zone)
        st.info(
            markdown(f"No calls on {on_days(selection.days)} in this selection; the last one ended on {last}."),
            title="Nothing here",
            icon=":material/filter_alt_off:",
        )
        st.caption("Widen the period, or clear the filters in the sidebar.")
        return
    st.info(
        "Point any OpenTelemetry exporter at this server; calls show here seconds after they end.",
        title="No spans yet",
        icon=":material/sensors:",
    )
    st.caption("What a sender's environment needs:")
    st.code(exporter_settings(laid().view), language="bash")
    st.caption("Or look at a made-up company first:")
    st.code("outlay demo", language="bash")


def exporter_settings(view: View) -> str:
    """What a sender's environment needs, ready to copy."""
    lines = [
        f"export OTEL_EXPORTER_OTLP_ENDPOINT={view.otlp_endpoint}",
        "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "export OTEL_RESOURCE_ATTRIBUTES=outlay.team=TEAM,outlay.workflow=WORKFLOW,outlay.environment=production",
    ]
    if view.keys_required:
        lines.append("export OTEL_EXPORTER_OTLP_HEADERS=x-api-key=KEY   # outlay keys create --team TEAM")
    return "\n".join(lines)
