"""Arms and settings of an answer, kept by visitor and placement: most visitors ask again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.reranking.answer_settings import AnswerSettings

KEPT_MAX = 8_192
"""Assignments that are kept, about 400 bytes each; when there are as many, all are made again."""
_SLOTS = 1_024
_ALWAYS = -(1 << 62), 1 << 62


class Assignment(NamedTuple):
    """The arms that an answer names, and the settings that it is made under."""

    arms: tuple[Arm, ...]
    under: AnswerSettings


class Assignments:
    """Assignments by visitor, account and placement; derived from the state, and no part of it.

    One holds until an experiment begins or ends, or a profile that shares a slot with its visitor
    or its account is exposed: an exposure clears a thousandth of all. They are valid for one
    answer's settings in force.

    >>> from headwater_server.engine.settings import EngineSettings
    >>> kept, under = Assignments(), AnswerSettings.of(EngineSettings())
    >>> kept.begin(under, times_ms=[100])
    >>> kept.keep("vann", "", "home", 50, Assignment((), under))
    >>> kept.find("vann", "", "home", 99, under).arms, kept.find("vann", "", "home", 100, under)
    ((), None)
    >>> kept.changed("vann", "")
    >>> kept.find("vann", "", "home", 99, under) is None
    True
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], tuple[int, int, int, Assignment]] = {}
        self._changes = [0] * _SLOTS
        self._times_ms: list[int] = []
        self._in_force: AnswerSettings | None = None

    def begin(self, in_force: AnswerSettings | None, times_ms: Iterable[int]) -> None:
        """Forget all; ``times_ms`` are those at which experiments begin or end."""
        self._kept.clear()
        self._times_ms = sorted(set(times_ms))
        self._in_force = in_force

    def clear(self) -> None:
        """Forget all: an arm was closed, an experiment became full, a person was forgotten."""
        self._kept.clear()

    def changed(self, visitor: str, account: str) -> None:
        """Forget those of a visitor and of an account, who were exposed."""
        self._changes[hash(visitor) % _SLOTS] += 1
        if account:
            self._changes[hash(account) % _SLOTS] += 1

    def _stamp(self, visitor: str, account: str) -> int:
        """Return a number that grows with each change of the two: it never comes again."""
        stamp = self._changes[hash(visitor) % _SLOTS]
        return stamp + self._changes[hash(account) % _SLOTS] if account else stamp

    def find(
        self, visitor: str, account: str, placement: str, now_ms: int, in_force: AnswerSettings
    ) -> Assignment | None:
        """Return what is kept and still holds, None if there is nothing."""
        found = self._kept.get((visitor, account, placement))
        if found is None or in_force is not self._in_force:
            return None
        stamp, since_ms, until_ms, assignment = found
        if not since_ms <= now_ms < until_ms or stamp != self._stamp(visitor, account):
            return None
        return assignment

    def keep(
        self, visitor: str, account: str, placement: str, now_ms: int, assignment: Assignment
    ) -> None:
        """Keep an assignment that was made at that time."""
        if len(self._kept) >= KEPT_MAX:
            self._kept.clear()
        stamp = self._stamp(visitor, account)
        self._kept[visitor, account, placement] = (stamp, *self._span(now_ms), assignment)

    def _span(self, now_ms: int) -> tuple[int, int]:
        """Return from when until when no experiment begins or ends."""
        times, place = self._times_ms, bisect_right(self._times_ms, now_ms)
        since_ms = times[place - 1] if place else _ALWAYS[0]
        return since_ms, times[place] if place < len(times) else _ALWAYS[1]
