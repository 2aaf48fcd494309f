"""Outlay: what LLM spend bought, who owes it, and when it goes wrong.

In:   a home (one folder: `outlay.toml`, keys, journal, warehouse, statements) and what a person types or clicks.
Out:  a running service (`server`), answers to commands (`cli`), a demo company (`demo`).
Not:  it decides no token count (`ingest.dialects`), no price and no sum (`warehouse`), no spike (`alerts`), no figure
      (`dashboards`). It wires them, and it is the only package that knows all of them.

The way through: `cli` reads what was typed → `counter` asks the running server, or opens the home itself →
`questions` answers, by one table for both. `server` binds the sockets and keeps two kinds of process alive:
`python -m ingest`, which accepts spans, and `core`, which loads them, keeps the timetable of `schedule`, delivers
alerts and draws the dashboards.
"""
