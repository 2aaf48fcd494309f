"""Keep a few child processes alive: start them, start again what dies, stop them all in order."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger("server")

# A child that leaves with this code has told on stderr why it can never start; starting it again would not help.
CANNOT_START = 3

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 3.0  # with a start on a busy machine it is back within ten seconds, however often it dies
STEADY_AFTER_S = 30.0  # a child that lived this long is started at once when it dies
STOP_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Part:
    """One child process: what to run, what it is told, which sockets it inherits."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    descriptors: Sequence[int]
    log: Path | None = None  # where its stderr goes; ours, when None


@dataclass(slots=True)
class Member:
    """A part and the process that plays it now."""

    part: Part
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    due_s: float = 0.0


@dataclass(slots=True)
class Crew:
    """The children of one server. `look` is called a few times a second and never blocks."""

    parts: Sequence[Part]
    members: list[Member] = field(default_factory=list)

    def start(self) -> None:
        """Start every part."""
        self.members = [Member(part) for part in self.parts]
        for member in self.members:
            _start(member, time.monotonic())

    def look(self) -> str | None:
        """Start again what died, each after a pause that doubles; returns the name of a part that can never start."""
        now = time.monotonic()
        for member in self.members:
            if member.process is None:
                if now >= member.due_s:
                    _start(member, now)
                continue
            code = member.process.poll()
            if code == CANNOT_START:
                return member.part.name
            if code is not None:
                _rest(member, code, now)
        return None

    def stop(self) -> None:
        """Ask every child to finish; kill what does not within its time. What was accepted is in the journal."""
        deadline = time.monotonic() + STOP_WITHIN_S
        playing = [(member, member.process) for member in self.members if member.process]
        for _, process in playing:
            process.terminate()
        for member, process in playing:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("part killed", part=member.part.name, after_s=STOP_WITHIN_S)
                process.kill()
                process.wait()
            member.process = None


def _start(member: Member, now: float) -> None:
    part = member.part
    with part.log.open("ab") if part.log else nullcontext() as log_file:
        member.process = subprocess.Popen(
            list(part.command),
            env=dict(part.environment),
            pass_fds=tuple(part.descriptors),
            stdin=subprocess.DEVNULL,
            stderr=log_file,
        )
    member.started_s = now
    log.info("part started", part=part.name, pid=member.process.pid)


def _rest(member: Member, code: int, now: float) -> None:
    steady = now - member.started_s >= STEADY_AFTER_S
    member.pause_s = FIRST_PAUSE_S if steady else min(LONGEST_PAUSE_S, member.pause_s * 2)
    member.due_s = now + member.pause_s
    member.process = None
    log.warning("part died", part=member.part.name, exit_code=code, again_in_s=member.pause_s)
