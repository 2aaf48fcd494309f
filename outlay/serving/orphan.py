"""Leave when the server that started us is gone, even if it was killed and could not say so."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_EVERY_S = 1.0


def leave_with_parent() -> None:
    """Watch, on a thread of its own, for our parent's death; then ask ourselves to stop, as it would have."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="orphan", daemon=True).start()
