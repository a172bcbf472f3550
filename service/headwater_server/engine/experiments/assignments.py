"""Arms and settings of an answer, kept by visitor and placement: most visitors ask again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, cast

from headwater_server.engine.experiments.running import Running
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.reranking.answer_settings import AnswerSettings

KEPT_MAX = 32_768
"""Assignments that are kept, up to 350 bytes each; the half that was asked for last stays."""
PLACEMENTS_MAX = 64
"""Of a half: an exposure looks at each of them, and a page may name any."""
MADE_MAX = 4_096
"""Combinations of arms whose assignment is kept."""
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


Asking = tuple[str, str, str]
"""Who asks and where: the keys of visitor and account ("": none), and the placement."""
ArmsOf = Callable[[str, str, str, int], Iterable[Assigned]]


class _Half:
    """Assignments by placement: of visitors without an account, and of those with one.

    The former are found by the visitor's key alone: kernels take the processor's caches between two
    answers, so each object more that is looked at is a wait for the memory.
    """

    def __init__(self) -> None:
        self.count = 0
        self.alone: dict[str, dict[str, Assignment]] = {}
        self.together: dict[Asking, tuple[int, Assignment]] = {}  # with the stamp of both keys


class Assignments:
    """Assignments by visitor, account and placement; derived from the state, and no part of it.

    One holds until an experiment begins or ends, or its visitor is exposed; with an account, until
    a profile that shares a slot with one of the two is: that clears a thousandth of them.

    >>> from headwater_server.engine.settings import EngineSettings
    >>> kept, under = Assignments(), AnswerSettings.of(EngineSettings())
    >>> kept.begin(times_ms=[100])
    >>> ann = "vann", "", "home"
    >>> kept.find([ann], now_ms=50)
    [None]
    >>> kept.keep(ann, Assignment((), under))
    >>> [one.arms for one in kept.find([ann, ann], now_ms=99)], kept.find([ann], now_ms=100)
    ([(), ()], [None])
    >>> kept.keep(ann, Assignment((), under))
    >>> kept.changed("vann", "")
    >>> kept.find([ann], now_ms=100)
    [None]
    """

    def __init__(self) -> None:
        self._now, self._earlier = _Half(), _Half()  # asked for since the other half was begun
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
        self._now, self._earlier = _Half(), _Half()

    def changed(self, visitor: str, account: str) -> None:
        """Forget those of a visitor and of an account, who were exposed."""
        for half in (self._now, self._earlier):
            for by_visitor in half.alone.values():
                by_visitor.pop(visitor, None)
        self._changes[hash(visitor) % _SLOTS] += 1
        if account:
            self._changes[hash(account) % _SLOTS] += 1

    def _stamp(self, visitor: str, account: str) -> int:
        """Return a number that grows with each change of the two: it never comes again."""
        return self._changes[hash(visitor) % _SLOTS] + self._changes[hash(account) % _SLOTS]

    def find(self, asking: Iterable[Asking], now_ms: int) -> list[Assignment | None]:
        """Return what is kept of each and still holds, None where nothing is: `keep` it then."""
        since_ms, until_ms = self._span
        if not since_ms <= now_ms < until_ms:
            self._enter(now_ms)
        found, of = list[Assignment | None](), self._now.alone.get
        for one in asking:
            visitor, account, placement = one
            by_visitor = None if account else of(placement)
            kept = by_visitor.get(visitor) if by_visitor else None
            found.append(kept or self._of_others(one))
        return found

    def keep(self, asking: Asking, assignment: Assignment) -> None:
        """Keep an assignment that was made at the time of the last `find`."""
        visitor, account, placement = asking
        if self._now.count >= KEPT_MAX // 2 or self._has_too_many_placements(placement):
            self._now, self._earlier = _Half(), self._now
        half = self._now
        half.count += 1
        if account:
            half.together[asking] = self._stamp(visitor, account), assignment
        else:
            half.alone.setdefault(placement, {})[visitor] = assignment

    def _has_too_many_placements(self, placement: str) -> bool:
        placements = self._now.alone
        return len(placements) >= PLACEMENTS_MAX and placement not in placements

    def _of_others(self, asking: Asking) -> Assignment | None:
        """Return what is kept with an account, or in the earlier half."""
        visitor, account, placement = asking
        if not account:
            found = self._earlier.alone.get(placement, {}).get(visitor)
            if found is not None:
                self.keep(asking, found)
            return found
        kept = self._now.together.get(asking) or self._earlier.together.get(asking)
        if kept is None or kept[0] != self._stamp(visitor, account):
            return None
        if asking not in self._now.together:
            self.keep(asking, kept[1])
        return kept[1]

    def _enter(self, now_ms: int) -> None:
        """Forget all: experiments have begun or ended since, or had not then."""
        self.clear()
        times, place = self._times_ms, bisect_right(self._times_ms, now_ms)
        since_ms = times[place - 1] if place else _ALWAYS[0]
        self._span = since_ms, times[place] if place < len(times) else _ALWAYS[1]


class UnderArms:
    """The assignments of those who ask: what all visitors in the same arms share is made once."""

    def __init__(self) -> None:
        self.kept = Assignments()
        self._in_force: AnswerSettings | None = None
        self._made: dict[tuple[Assigned, ...], Assignment] = {}

    def begin(self, times_ms: Iterable[int]) -> None:
        """Forget all; ``times_ms`` are those at which experiments begin or end."""
        self.kept.begin(times_ms)
        self._made = {}

    def assignments(
        self, asking: Sequence[Asking], now_ms: int, in_force: AnswerSettings, assigned: ArmsOf
    ) -> list[Assignment]:
        """Return of each the arms that an answer names, and the settings that it is made under.

        ``assigned`` finds the arms of who asks at a time; it is called for those who are new.
        """
        if self._in_force is not in_force:
            self._in_force, self._made = in_force, {}
            self.kept.clear()
        found = self.kept.find(asking, now_ms)
        if all(found):  # as nearly always
            return cast("list[Assignment]", found)
        return [
            kept or self._keep(one, tuple(assigned(*one, now_ms)), in_force)
            for kept, one in zip(found, asking, strict=True)
        ]

    def _keep(
        self, asking: Asking, arms: tuple[Assigned, ...], in_force: AnswerSettings
    ) -> Assignment:
        found = self._made.get(arms) or self._make(arms, in_force)
        self.kept.keep(asking, found)
        return found

    def _make(self, assigned: tuple[Assigned, ...], in_force: AnswerSettings) -> Assignment:
        """Make what all visitors in these arms share; no two arms override the same setting."""
        under = in_force
        for policy in filter(None, [one.policy for one in assigned]):
            under = policy.under(under)
        names = tuple(one.name for one in assigned if not one.is_closed)
        if len(self._made) >= MADE_MAX:
            self._made.clear()
        made = self._made[assigned] = Assignment(names, under)
        return made
