"""Arms and settings of an answer, kept by visitor and placement: most visitors ask again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from headwater_server.engine.experiments.running import Running
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.reranking.answer_settings import AnswerSettings

KEPT_MAX = 32_768
"""Assignments that are kept, about 350 bytes each; the half that was asked for last stays."""
_SLOTS = 1_024
_ALWAYS = -(1 << 62), 1 << 62


class Assigned(NamedTuple):
    """An experiment that a unit takes part in, and the place of its arm."""

    running: Running
    arm: int

    @property
    def is_closed(self) -> bool:
        """Whether the arm was closed: its visitors get control."""
        return self.arm in self.running.closed

    @property
    def policy(self) -> Policy | None:
        """The policy that answers, None for the settings in force."""
        return self.running.policies[0 if self.is_closed else self.arm]

    @property
    def name(self) -> Arm:
        """The ids of both."""
        return self.running.names[self.arm]

    @property
    def shown(self) -> Arm:
        """The ids of the experiment, and of the arm that the visitor gets."""
        return self.running.names[0 if self.is_closed else self.arm]


class Assignment(NamedTuple):
    """The arms that an answer names, and the settings that it is made under."""

    arms: tuple[Arm, ...]
    under: AnswerSettings


_Kept = dict[tuple[str, str, str], tuple[int, Assignment]]


class Assignments:
    """Assignments by visitor, account and placement; derived from the state, and no part of it.

    One holds until an experiment begins or ends, or a profile that shares a slot with its visitor
    or its account is exposed: an exposure clears a thousandth of all.

    >>> from headwater_server.engine.settings import EngineSettings
    >>> kept, under = Assignments(), AnswerSettings.of(EngineSettings())
    >>> kept.begin(times_ms=[100])
    >>> kept.find("vann", "", "home", now_ms=50) is None
    True
    >>> kept.keep("vann", "", "home", Assignment((), under))
    >>> kept.find("vann", "", "home", now_ms=99).arms, kept.find("vann", "", "home", now_ms=100)
    ((), None)
    >>> kept.keep("vann", "", "home", Assignment((), under))
    >>> kept.changed("vann", "")
    >>> kept.find("vann", "", "home", now_ms=100) is None
    True
    """

    def __init__(self) -> None:
        self._kept: _Kept = {}  # asked for since the other half was begun
        self._earlier: _Kept = {}
        self._changes = [0] * _SLOTS
        self._times_ms: list[int] = []
        self._span = _ALWAYS  # no experiment begins or ends within it

    def begin(self, times_ms: Iterable[int]) -> None:
        """Forget all; ``times_ms`` are those at which experiments begin or end."""
        self.clear()
        self._times_ms = sorted(set(times_ms))
        self._span = 0, 0

    def clear(self) -> None:
        """Forget all: an arm was closed, an experiment became full, a person was forgotten."""
        self._kept, self._earlier = {}, {}

    def changed(self, visitor: str, account: str) -> None:
        """Forget those of a visitor and of an account, who were exposed."""
        self._changes[hash(visitor) % _SLOTS] += 1
        if account:
            self._changes[hash(account) % _SLOTS] += 1

    def _stamp(self, visitor: str, account: str) -> int:
        """Return a number that grows with each change of the two: it never comes again."""
        stamp = self._changes[hash(visitor) % _SLOTS]
        return stamp + self._changes[hash(account) % _SLOTS] if account else stamp

    def find(self, visitor: str, account: str, placement: str, now_ms: int) -> Assignment | None:
        """Return what is kept and still holds, None if there is nothing: `keep` it then."""
        since_ms, until_ms = self._span
        if not since_ms <= now_ms < until_ms:
            self._enter(now_ms)
        key = visitor, account, placement
        found = self._kept.get(key)
        if found is None:
            found = self._earlier.get(key)
            if found is None:
                return None
            self._keep(key, found)
        stamp, assignment = found
        return assignment if stamp == self._stamp(visitor, account) else None

    def keep(self, visitor: str, account: str, placement: str, assignment: Assignment) -> None:
        """Keep an assignment that was made at the time of the last `find`."""
        self._keep((visitor, account, placement), (self._stamp(visitor, account), assignment))

    def _keep(self, key: tuple[str, str, str], kept: tuple[int, Assignment]) -> None:
        if len(self._kept) >= KEPT_MAX // 2:
            self._kept, self._earlier = {}, self._kept
        self._kept[key] = kept

    def _enter(self, now_ms: int) -> None:
        """Forget all: experiments have begun or ended since, or had not then."""
        self.clear()
        times, place = self._times_ms, bisect_right(self._times_ms, now_ms)
        since_ms = times[place - 1] if place else _ALWAYS[0]
        self._span = since_ms, times[place] if place < len(times) else _ALWAYS[1]
