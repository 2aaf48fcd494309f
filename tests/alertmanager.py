"""Where this machine has Prometheus' Alertmanager for the tests, and how to get one."""

from __future__ import annotations

import shutil

ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
HOW_TO_GET_IT = "apt-get install prometheus-alertmanager"
