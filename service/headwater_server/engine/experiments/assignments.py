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
"""Assignments that are kept, about 350 bytes each; the half that was asked for last stays."""
MADE_MAX = 4_096
"""Combinations of arms whose assignment is kept."""
_SLOTS = 1_024
_ALWAYS = -(1 << 62), 1 << 62
_LASTING = [True]


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
_Holding = tuple[list[bool], list[bool], Assignment | None]
"""Whether visitor and account are as they were, each in a list that others share."""
_Kept = dict[Asking, _Holding]
_NOTHING: _Holding = [False], _LASTING, None


class Assignments:
    """Assignments by visitor, account and placement; derived from the state, and no part of it.

    One holds until an experiment begins or ends, or a profile that shares a slot with its visitor
    or its account is exposed: an exposure clears a thousandth of all.

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
        self._kept: _Kept = {}  # asked for since the other half was begun
        self._earlier: _Kept = {}
        self._unchanged = [[True] for _ in range(_SLOTS)]
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
        for name in (visitor, account) if account else (visitor,):
            slot = hash(name) % _SLOTS
            self._unchanged[slot][0] = False  # for all that is kept with it
            self._unchanged[slot] = [True]

    def find(self, asking: Iterable[Asking], now_ms: int) -> list[Assignment | None]:
        """Return what is kept of each and still holds, None where nothing is: `keep` it then."""
        since_ms, until_ms = self._span
        if not since_ms <= now_ms < until_ms:
            self._enter(now_ms)
        kept, found = self._kept, list[Assignment | None]()
        for one in asking:
            visitor, account, assignment = kept.get(one) or self._of_earlier(one)
            found.append(assignment if visitor[0] and account[0] else None)
        return found

    def keep(self, asking: Asking, assignment: Assignment) -> None:
        """Keep an assignment that was made at the time of the last `find`."""
        visitor, account, _ = asking
        of_account = self._unchanged[hash(account) % _SLOTS] if account else _LASTING
        self._keep(asking, (self._unchanged[hash(visitor) % _SLOTS], of_account, assignment))

    def _of_earlier(self, asking: Asking) -> _Holding:
        found = self._earlier.get(asking)
        if found is None:
            return _NOTHING
        self._keep(asking, found)
        return found

    def _keep(self, asking: Asking, kept: _Holding) -> None:
        if len(self._kept) >= KEPT_MAX // 2:
            self._kept, self._earlier = {}, self._kept
        self._kept[asking] = kept

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
