"""Decide what becomes of messages that are still to be addressed: a letter each, one for many, or wait; pure.

A hundred incidents at once become three letters on a channel at most: the first few go alone, the rest together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alerts.delivery.letters import Waiting, capped, digest, family, group, group_over
from alerts.delivery.mailing import Carrier, Known, Letter, Plan
from alerts.delivery.routes import DIGEST_AT, PAGE, Route, Routes, next_at
from alerts.incidents.acts import EXPECTED, SNOOZE
from alerts.incidents.incident import stored
from alerts.incidents.message import ACKNOWLEDGE, NOTICE, RESOLVE, TRIGGER

BURST = timedelta(minutes=5)
MOST_IN_A_BURST = 3  # letters that begin something, on one channel; a fourth could not be read in that time
# Longer than a message is ever held: whatever is due later was dated by a clock that has been put right since.
LONGEST_HELD = timedelta(days=2)
# What waits for people is looked at again so often: they may have changed their minds.
LOOK_AGAIN = timedelta(minutes=15)
SINGLE, GROUP, DIGEST = "single", "group", "digest"


@dataclass(slots=True)
class Sorting:
    """One pass over what waits, in the order it was written."""

    routes: Routes
    known: Known
    now: datetime
    links: str
    plan: Plan = field(default_factory=Plan)
    alone: dict[str, list[Waiting]] = field(default_factory=dict)
    daily: dict[str, list[Waiting]] = field(default_factory=dict)
    counted: dict[tuple[str, str | None], int] = field(default_factory=dict)
    capped: set[tuple[str, str | None]] = field(default_factory=set)

    def run(self, waiting: Sequence[Waiting]) -> Plan:
        """Decide for every message that is due."""
        for message in waiting:
            if not self._is_due(message):
                continue
            if message.event in {RESOLVE, ACKNOWLEDGE}:
                self._answer(message, waiting)
            else:
                self._begin(message)
        for channel, messages in self.alone.items():
            self._send(channel, messages)
        for channel, messages in self.daily.items():
            name = f"{self.now.astimezone(self.routes.zone):%Y-%m-%d %H:%M}"
            letter = digest(messages, channel, name, self.links)
            self.plan.letters.append(Letter(channel, letter, tuple(messages), DIGEST))
        # Ends come after what they end, and that no more is told after the last of it.
        self.plan.letters.sort(key=lambda letter: (letter.message.event == RESOLVE, letter.form == NOTICE))
        return self.plan

    def _is_due(self, message: Waiting) -> bool:
        at = stored(self.now)
        return message.next_try_at <= at or message.next_try_at > at + LONGEST_HELD

    def _begin(self, message: Waiting) -> None:
        route = self.routes.of(message.team, message.severity, message.kind)
        if route is None:
            self.plan.nowhere[message.message_id] = "not sent: no route takes it"
            return
        if self._is_answered(message) or self._is_silenced(message):
            return
        channels = [c for c in route.channels if (message.message_id, c) not in self.known.done]
        if not channels:
            self.plan.settled.append(message)
        elif route.digest_at or message.gathered or self._is_explained(message, channels):
            self._daily(message, route, channels)
        elif message.severity != PAGE and route.quiet and (until := route.quiet.until(self.now, self.routes.zone)):
            self._hold(message, until, "quiet hours")
        elif message.severity != PAGE and route.most_a_day and self._is_capped(message, route.most_a_day, channels):
            self._say_capped(message, route.most_a_day, channels)
            self._daily(message, route, channels, f"{route.most_a_day} letters were sent today: waits for the digest")
        else:
            for channel in channels:
                self.alone.setdefault(channel, []).append(message)

    def _is_explained(self, message: Waiting, channels: Sequence[str]) -> bool:
        """Whether everybody who would hear of it was told before of what explains it, and that is no less severe."""
        parent = self.known.parents.get(message.incident_id or "", "")
        told = [self.known.heard.get((parent, channel)) for channel in channels]
        return all(severity is not None and (message.severity != PAGE or severity == PAGE) for severity in told)

    def _is_answered(self, message: Waiting) -> bool:
        """Whether somebody has said that this is expected, or can wait."""
        done = self.known.acts.get(message.incident_id or "")
        if done is None or done.until_at is None or done.until_at <= stored(self.now):
            return False
        if done.action == EXPECTED:
            self.plan.nowhere[message.message_id] = f"not sent: {done.sentence()}"
            return True
        if done.action == SNOOZE and message.severity != PAGE:
            self._wait(message, done.until_at, done.sentence())
            return True
        return False

    def _is_silenced(self, message: Waiting) -> bool:
        """Whether somebody silenced it; what goes on when the silence ends is told then."""
        on = [each for each in self.known.silences if message.fits(each)]
        if on:
            self._wait(message, min(each.until for each in on), on[0].sentence())
        return bool(on)

    def _answer(self, message: Waiting, waiting: Sequence[Waiting]) -> None:
        """Whoever heard that it began hears how it went on, in the same way."""
        untold = [each for each in waiting if each.event == TRIGGER and each.dedup_key == message.dedup_key]
        gone = self.plan.nowhere
        if message.event == RESOLVE and all(self._was_silenced(each) for each in untold) and untold:
            for each in (*untold, message):
                gone[each.message_id] = "not sent: it began and ended in a silence"
                self.plan.held.pop(each.message_id, None)
            return
        if first := next((each for each in untold if each.message_id not in gone), None):
            soon = (first.next_try_at.replace(tzinfo=UTC), "its beginning goes first", False)
            until, why, _ = self.plan.held.get(first.message_id, soon)
            self._hold(message, until, why)
            return
        carriers = [
            carrier
            for carrier in self.known.carriers.get(message.dedup_key, ())
            if (message.message_id, carrier.channel) not in self.known.done
        ]
        if not carriers:
            gone[message.message_id] = "not sent: nobody was told that it began"
        for carrier in carriers:
            if carrier.form == DIGEST and not self._is_told_alone(carrier, carriers):
                route = self.routes.of(message.team, message.severity, message.kind)
                self._daily(message, route, [carrier.channel])
            elif carrier.form == GROUP:
                self._in_group(message, carrier)
            elif carrier.form == SINGLE and (message.event, carrier.channel, carrier.letter_key) not in self._ended():
                self.plan.letters.append(Letter(carrier.channel, message, (message,), SINGLE))
            else:
                self.plan.joined.append((message, carrier))

    def _was_silenced(self, message: Waiting) -> bool:
        return any(message.fits(each) for each in self.known.silences)

    def _is_told_alone(self, carrier: Carrier, carriers: Sequence[Carrier]) -> bool:
        return any(each.form == SINGLE and each.channel == carrier.channel for each in carriers)

    def _ended(self) -> set[tuple[str, str, str]]:
        before = {(RESOLVE, channel, key) for channel, key in self.known.over}
        return before | {
            (RESOLVE, letter.channel, letter.message.dedup_key)
            for letter in self.plan.letters
            if letter.message.event == RESOLVE
        }

    def _in_group(self, message: Waiting, carrier: Carrier) -> None:
        """A group ends with the last of its members."""
        members = self.known.members.get(carrier.letter_key, ())
        ends = [self.known.ends[key] for key in members if key in self.known.ends]
        if message.event == RESOLVE and len(ends) == len(members):
            over = group_over(ends, carrier.letter_key, self.links)
            if (RESOLVE, carrier.channel, carrier.letter_key) not in self._ended():
                self.plan.letters.append(Letter(carrier.channel, over, (message,), GROUP))
                return
        self.plan.joined.append((message, carrier))

    def _send(self, channel: str, messages: list[Waiting]) -> None:
        recent = sorted(self.known.recent.get(channel, ()))
        room = MOST_IN_A_BURST - len(recent)
        if room <= 0:
            until = recent[0].replace(tzinfo=UTC) + BURST
            for message in messages:
                self._hold(message, until, "gathered with what comes in these minutes")
            return
        # Who is woken reads the cause at once, and answers from the message itself: so a page goes alone where it can.
        families = self._families(messages)
        pages = [each for each in families if any(message.severity == PAGE for message in each)]
        alone = families if len(families) <= room else pages if len(pages) < room else []
        together = [message for each in families if each not in alone for message in each]
        self.plan.letters += [self._of_one_cause(channel, each) for each in alone]
        if together:
            letter = group(together, channel, self.links)
            self.plan.letters.append(Letter(channel, letter, tuple(together), GROUP))

    def _families(self, messages: Sequence[Waiting]) -> list[list[Waiting]]:
        """Messages about what one incident explains, the parent's first; each of the others by itself."""
        families: dict[str, list[Waiting]] = {}
        for message in messages:
            whose = message.incident_id or message.message_id
            families.setdefault(self.known.parents.get(whose, whose), []).append(message)
        return [sorted(each, key=lambda told: told.incident_id != head) for head, each in families.items()]

    def _of_one_cause(self, channel: str, messages: Sequence[Waiting]) -> Letter:
        if len({message.dedup_key for message in messages}) == 1:
            return Letter(channel, messages[-1], tuple(messages), SINGLE)
        return Letter(channel, family(messages, channel), tuple(messages), GROUP)

    def _daily(
        self, message: Waiting, route: Route | None, channels: Sequence[str], why: str = "waits for the digest"
    ) -> None:
        at = (route.digest_at if route else None) or DIGEST_AT
        # A message that a clock ahead of ours dated must not wait for that clock's day.
        written = min(message.written_at.replace(tzinfo=UTC), self.now)
        due = next_at(at, written, self.routes.zone)
        has_waited = message.gathered and message.next_try_at <= stored(self.now)
        if self.now < due and not has_waited:
            self._hold(message, due, why, gathered=True)
            return
        for channel in channels:
            self.daily.setdefault(channel, []).append(message)

    def _is_capped(self, message: Waiting, most: int, channels: Sequence[str]) -> bool:
        keys = [(channel, message.team) for channel in channels]
        used = [self.known.today.get(key, 0) + self.counted.get(key, 0) for key in keys]
        if any(count >= most for count in used):
            return True
        for key in keys:
            self.counted[key] = self.counted.get(key, 0) + 1
        return False

    def _say_capped(self, message: Waiting, most: int, channels: Sequence[str]) -> None:
        """Once a day, so that nobody takes the silence for peace."""
        digest_at = f"{DIGEST_AT:%H:%M} ({self.routes.zone.key})"
        for channel in channels:
            if (channel, message.team) not in self.known.capped | self.capped:
                self.capped.add((channel, message.team))
                name = f"{self.now.astimezone(self.routes.zone):%Y-%m-%d}"
                said = capped(message.team, channel, name, most=most, digest_at=digest_at, links=self.links)
                self.plan.letters.append(Letter(channel, said, (), NOTICE))

    def _wait(self, message: Waiting, until: datetime, why: str) -> None:
        self._hold(message, min(until.replace(tzinfo=UTC), self.now + LOOK_AGAIN), why)

    def _hold(self, message: Waiting, until: datetime, why: str, *, gathered: bool = False) -> None:
        before = self.plan.held.get(message.message_id)
        if before is None or until < before[0]:
            self.plan.held[message.message_id] = (until, why, gathered)
