"""One ingest process of a server: `python -m ingest`, which leaves when its server is gone.

Left alone it would keep the port, and the next server could not have it.
"""

from __future__ import annotations

import sys

from ingest.__main__ import main
from outlay.serving.orphan import leave_with_parent

if __name__ == "__main__":
    leave_with_parent()
    sys.exit(main())
