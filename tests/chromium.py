"""Where this machine has a browser for the tests, and how to get one."""

from __future__ import annotations

import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOW_TO_GET_IT = "apt-get install chromium fonts-noto-core"
