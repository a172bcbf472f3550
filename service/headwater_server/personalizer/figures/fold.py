"""The fold: entries of the log in, figures out. No clock, no I/O: equal logs give equal figures."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from headwater_server.engine.messages.events import Choice, Event
from headwater_server.engine.messages.rewards import IMPRESSION, canonical_type
from headwater_server.personalizer.figures.group import Group
from headwater_server.personalizer.figures.rewards import reward_on_log
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.codecs.stored_entry import key_of

GRACE_MS = 10_000
"""After the reward wait: so long the default reward may take to reach the log."""
SLOTS_MAX = 50
OTHER = "other slots"
OPEN_MAX = 200_000
FORMAT = 1


class ReadEntry(Protocol):
    """What the fold needs of an entry."""

    @property
    def position(self) -> Position:
        """Its position on the log."""

    @property
    def time_ms(self) -> int:
        """When it was appended."""

    def chosen(self, open_keys: Container[str]) -> Iterator[Event]:
        """See `StoredEntry.chosen`."""


@dataclass(slots=True)
class _Open:
    """A choice that waits for its reward, or had its time a while ago and is remembered."""

    choice: Choice
    visitor: str
    account: str
    shown_ms: int
    ends_ms: int
    before: Position
    reward: float = 0.0
    acts: frozenset[str] = frozenset()


class Figures:
    """Figures up to `position`; `resume` is where reading has to begin again to go on from there.

    A choice is counted when its reward wait is over by the log's time, in the order of their
    impressions, whether or not its reward came early: so at no time rewarded ones are counted
    before others. It is remembered as long again, so that a repeated report counts once.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.groups: dict[str, Group] = {}
        self.late = 0
        self.position = START
        self._counted = 0  # entries up to this number are in the sums already
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._past: OrderedDict[str, _Open] = OrderedDict()
        self._now_ms = 0

    @property
    def open(self) -> int:
        """Return how many choices wait for their reward."""
        return len(self._open)

    @property
    def resume(self) -> Position:
        """Return the position before the oldest impression that is open or remembered."""
        oldest = [next(iter(part.values())).before for part in (self._past, self._open) if part]
        return min(oldest, key=lambda one: one.sequence, default=self.position)

    def take(self, entry: ReadEntry) -> None:
        """Read the next entry."""
        before, self.position = self.position, entry.position
        self._now_ms = max(self._now_ms, entry.time_ms)
        self._close()
        for event in entry.chosen(_Either(self._open, self._past)):
            if canonical_type(event.event_type) != IMPRESSION:
                self._act(event)
            elif event.choice is not None and not event.from_page:
                self._impression(event, event.choice, before)

    def _impression(self, event: Event, choice: Choice, before: Position) -> None:
        key = key_of(event)
        if not key or key in self._open or key in self._past or choice.propensity <= 0.0:
            return
        ends_ms = self._now_ms + choice.wait_ms + GRACE_MS
        self._open[key] = _Open(
            choice, event.visitor_id, event.user_id, self._now_ms, ends_ms, before
        )
        if len(self._open) > OPEN_MAX:
            self._end(next(iter(self._open)))

    def _act(self, event: Event) -> None:
        key = key_of(event)
        found = self._open.get(key) or self._past.get(key)
        if found is None or not _earns(event, found):
            return
        if key in self._past:
            self.late += self._counts
        elif event.event_id not in found.acts:
            found.acts |= {event.event_id}
            found.reward += reward_on_log(event)

    @property
    def is_behind(self) -> bool:
        """Return whether entries are read again that are in the sums: no checkpoint is made yet."""
        return self.position.sequence < self._counted

    @property
    def _counts(self) -> bool:
        return self.position.sequence > self._counted

    def _close(self) -> None:
        for key in [*_over(self._open, self._now_ms, 0)]:
            self._end(key)
        for key in [*_over(self._past, self._now_ms, 1)]:
            del self._past[key]

    def _end(self, key: str) -> None:
        one = self._open.pop(key)
        self._past[key] = one
        if not self._counts:
            return
        name = one.choice.slot
        if name not in self.groups and len(self.groups) >= SLOTS_MAX:
            name = OTHER
        self.groups.setdefault(name, Group()).add(one.choice, one.reward, one.shown_ms)

    def kept(self) -> dict[str, Any]:
        """Return a checkpoint: sums up to `position`, and where to read again for what is open."""
        resume = self.resume
        return {
            "format": FORMAT,
            "position": [self.position.offset, self.position.sequence],
            "resume": [resume.offset, resume.sequence],
            "late": self.late,
            "groups": {name: group.kept() for name, group in self.groups.items()},
        }

    @classmethod
    def restored(cls, kept: dict[str, Any]) -> Figures:
        """Return figures that go on after a checkpoint. ValueError if another build wrote it."""
        if kept.get("format") != FORMAT:
            raise ValueError("figures of another format")
        figures = cls()
        figures.late = kept["late"]
        figures.groups = {name: Group.restored(one) for name, one in kept["groups"].items()}
        figures._counted = kept["position"][1]
        figures.position = Position(*kept["resume"])
        return figures


def _earns(act: Event, shown: _Open) -> bool:
    """Return whether a backend confirms the act, and it is of the visitor who saw the choice.

    Else anyone who knows the id of a list could make up its reward.
    """
    if not act.is_proven:
        return False
    of_account = bool(act.user_id) and act.user_id == shown.account
    return of_account or act.visitor_id == shown.visitor


class _Either(Container[str]):
    """The keys of two maps."""

    def __init__(self, one: OrderedDict[str, _Open], other: OrderedDict[str, _Open]) -> None:
        self._one, self._other = one, other

    def __contains__(self, key: object) -> bool:
        return key in self._one or key in self._other


def _over(part: OrderedDict[str, _Open], now_ms: int, waits: int) -> Iterator[str]:
    """Yield the keys whose end, and as many waits again, are over; the oldest come first."""
    for key, one in part.items():
        if one.ends_ms + waits * (one.choice.wait_ms + GRACE_MS) > now_ms:
            return
        yield key
