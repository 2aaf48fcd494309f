"""A home: the one folder a deployment owns, what lies where in it, and who serves it right now."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

SERVER_FILE = "server.json"


class HomeTaken(RuntimeError):
    """Another process has this home's warehouse open."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What a running server tells the commands of its machine."""

    pid: int
    otlp_url: str
    web_url: str
    token: str  # opens /api/v1/commands on this machine; new at every start
    grpc_address: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder and the names in it."""

    folder: Path

    @property
    def journal(self) -> Path:
        """The book of original entry: one SQLite file a day."""
        return self.folder / "journal"

    @property
    def keys(self) -> Path:
        """The API keys, as digests."""
        return self.folder / "keys.db"

    @property
    def warehouse(self) -> Path:
        """The ledger. Whoever has it open must never open, copy or hash this file a second time."""
        return self.folder / "warehouse.duckdb"

    @property
    def damage_note(self) -> Path:
        """Says why the warehouse is to be made anew at the next start; gone when it has been."""
        return self.folder / "warehouse.damaged"

    @property
    def rebuilding(self) -> Path:
        """Where a new warehouse is made, with `progress.json`; gone when it is done."""
        return self.folder / "rebuilding"

    @property
    def rebuilt(self) -> Path:
        """What the latest rebuild came to."""
        return self.folder / "rebuilt.json"

    @property
    def records(self) -> Path:
        """What only the warehouse knows, written down beside it, and how much it had read."""
        return self.folder / "records"

    @property
    def exports(self) -> Path:
        """Copies of the warehouse on their way to a backup."""
        return self.folder / "exports"

    @property
    def link_key(self) -> Path:
        """Signs the links in messages."""
        return self.folder / "link.key"

    @property
    def warehouse_lock(self) -> Path:
        """Held by the process that has the warehouse open."""
        return self.folder / "warehouse.lock"

    @property
    def statements(self) -> Path:
        """Monthly statements, one folder a month."""
        return self.folder / "statements"

    @property
    def server_record(self) -> Path:
        """Written while a server runs."""
        return self.folder / SERVER_FILE

    def note_damage(self, sentence: str) -> None:
        """Have the warehouse made anew at the next start, for the reason given."""
        self.damage_note.write_text(sentence, encoding="utf-8")

    def refuse_if_taken(self) -> None:
        """Raise HomeTaken when a process has the warehouse open; looks at the lock, takes nothing."""
        try:
            lock = self.warehouse_lock.open("r", encoding="utf-8")
        except FileNotFoundError:
            return
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                owner = lock.read().strip() or "unknown"
                raise HomeTaken(
                    f"{self.folder} is in use by process {owner}; stop it, or name another --home"
                ) from None

    def announce(self, serving: Serving) -> None:
        """Tell this machine's commands where the server is; only the home's owner may read it."""
        fresh = self.server_record.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(serving), file, indent=1)
        fresh.replace(self.server_record)

    def withdraw(self, pid: int) -> None:
        """Take back what `announce` told, unless a later server has told its own since."""
        serving = self._recorded()
        if serving and serving.pid == pid:
            self.server_record.unlink(missing_ok=True)

    def serving(self) -> Serving | None:
        """The server of this home, or None when none runs; a record left by a killed server counts as none."""
        serving = self._recorded()
        return serving if serving and _alive(serving.pid) else None

    def _recorded(self) -> Serving | None:
        try:
            return Serving(**json.loads(self.server_record.read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
            return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
