"""The lock of a home: one process owns its warehouse."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

LOCK_FILE = "warehouse.lock"


class HomeInUse(RuntimeError):
    """Another process owns this home's warehouse."""


def own(home: Path) -> IO[str]:
    """Take the home's lock for as long as the file is open; raises HomeInUse when another process has it."""
    path = home / LOCK_FILE
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        lock.close()
        raise HomeInUse(f"{path.parent} is in use by process {owner}; stop it, or name another --home") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
