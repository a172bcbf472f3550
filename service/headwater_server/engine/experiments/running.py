"""One experiment and its state: who was exposed, what came of it, which arms are closed."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.experiments.counts.columns import (
    PAST_PURCHASES,
    PAST_REWARD,
    WIDTH,
)
from headwater_server.engine.experiments.counts.count_acts import Done, When, count_acts
from headwater_server.engine.experiments.counts.days import DailySums
from headwater_server.engine.experiments.counts.exposed import Exposed
from headwater_server.engine.experiments.counts.looks import Looks
from headwater_server.engine.experiments.counts.sums import Sums
from headwater_server.engine.experiments.counts.waiting import Waiting, WaitingColumns
from headwater_server.engine.experiments.units import PARTS, Draws, Range
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.experiments import USER, Experiment
from headwater_server.engine.policies.policy import Policy

FOREVER_MS = 1 << 62
_WHOLE = ((0, PARTS),)
CAP_AGAIN = 1.25
"""The caps are found again when there are so many times as many exposures and acts."""


@dataclass(frozen=True, slots=True)
class Closed:
    """When and why an arm was closed, and its sums beside control's at that moment."""

    time_ms: int
    reason: str
    metric: str  # of the guard rail that it crossed, "" if none
    own: tuple[float, ...]
    control: tuple[float, ...]


class Running:
    """An experiment from its creation on; once stopped it has its sums, and no rows."""

    def __init__(
        self,
        experiment: Experiment,
        policies: Sequence[Policy | None],
        ranges: tuple[Range, ...],
        time_ms: int = 0,
        who: str = "",
    ) -> None:
        """``policies``: each arm's as it is now, None for the settings in force."""
        self.create_ms, self.who, self.ranges = time_ms, who, ranges
        self.has_all = ranges == _WHOLE  # the whole layer takes part: nobody's bucket matters
        self.policies = tuple(policies)
        self.stop_ms, self.stop_reason, self.winner = 0, "", ""
        self.closed: dict[int, Closed] = {}
        self._is_closed = np.zeros(len(experiment.arms), np.bool_)
        self.ratio_alarm = False
        self.currency_code = experiment.currency_code
        self.other_arm = self.other_currency = self.turned_away = self.erased = 0
        self.counted = 0
        self._caps_at = 0.0
        self.exposed = Exposed()
        self.sums = Sums(len(experiment.arms))
        self.looks = Looks(len(experiment.arms))
        self.days = DailySums.of(experiment.arms)
        self.adopt(experiment)

    def adopt(self, experiment: Experiment) -> None:
        """Go on as ``experiment`` says; its arms and its salt are those of before."""
        self.experiment = experiment
        weights = [arm.weight for arm in experiment.arms]
        self._draws = Draws(experiment.salt or experiment.experiment_id, weights)
        self.names = tuple(Arm(experiment.experiment_id, arm.arm_id) for arm in experiment.arms)
        self._of_user, self._visitors_max = experiment.unit == USER, experiment.visitors_max
        self._placements = frozenset(experiment.placements)
        self._start_ms, self._end_ms = (
            experiment.start_time_ms,
            experiment.end_time_ms or FOREVER_MS,
        )
        window_s = experiment.primary.window_minutes * 60.0
        self._when = When(self._start_ms, self._end_ms, window_s)

    # --- assignment: a pure read ----------------------------------------------------------------

    def is_open(self, now_ms: int) -> bool:
        """Whether it assigns arms at that time."""
        return self._start_ms <= now_ms < self._end_ms and not self.stop_ms

    @property
    def times_ms(self) -> tuple[int, int]:
        """When it begins, and when it ends, to assign arms."""
        return self._start_ms, self._end_ms

    def is_over(self, now_ms: int) -> bool:
        """Whether its end has come, though nothing may have stopped it yet."""
        return self._end_ms <= now_ms

    def is_at(self, placement: str) -> bool:
        """Whether it runs at a placement; "" is any."""
        return not (self._placements and placement) or placement in self._placements

    def arm_of(self, visitor: str, account: str, unit: str, bucket: int) -> int:
        """Return the arm of a ``unit``, -1 if it takes no part; ``bucket`` is its in the layer.

        An exposed profile has its arm for good.
        """
        is_within = self.has_all or any(start <= bucket < end for start, end in self.ranges)
        if not (is_within or account):
            return -1
        exposed = self.exposed
        row = exposed.find("" if self._of_user else visitor, account)
        if row >= 0:
            return exposed.arm(row)
        if not is_within or exposed.count >= self._visitors_max:
            return -1
        return self._draws.arm(unit)

    def unit(self, visitor: str, account: str) -> str:
        """Return the id by which it assigns, "" if there is none: an account that is not known."""
        return (account if self._of_user else visitor)[1:]

    def find(self, visitor: str, account: str) -> int:
        """Return the row of an exposed profile, -1 if it was not exposed."""
        return self.exposed.find("" if self._of_user else visitor, account)

    @property
    def is_full(self) -> bool:
        """Whether nobody new enters."""
        return self.exposed.count >= self._visitors_max

    # --- exposures and acts ----------------------------------------------------------------------

    def exposing(
        self,
        visitor: str,
        account: str,
        arm: int,
        past: tuple[float, float],
        now_ms: int,
        day: int = 0,
    ) -> Generator[None, None, bool]:
        """Count a reported impression of an arm; the first one exposes the profile.

        Return whether the rows have become others: a profile may have another arm then.
        """
        visitor = "" if self._of_user else visitor
        before = len(self.exposed.rows)
        row = self.exposed.find(visitor, account)
        if row >= 0:
            self.other_arm += self.exposed.arm(row) != arm
            yield from self.joining(visitor, account)
        elif arm in self.closed or not (visitor or account):
            return False
        elif self.is_full:
            self.turned_away += 1
        else:
            yield from self.exposed.reserving()
            self.days.enter(day, arm, self._enter(visitor, account, arm, past, now_ms))
        return len(self.exposed.rows) != before

    def _enter(
        self, visitor: str, account: str, arm: int, past: tuple[float, float], now_ms: int
    ) -> int:
        row = self.exposed.enter(visitor, account, arm, now_ms // 1000)
        for column, value in zip((PAST_REWARD, PAST_PURCHASES), past, strict=True):
            self.exposed.add(row, column, value)
        values = self.exposed.values(row)
        self.sums.enter(arm, (values[PAST_REWARD], values[PAST_PURCHASES]))
        return row

    def noting(self, profiles: tuple[str, str], slots: int, clicks: int, day: int) -> None:
        """Count seen slots of lists, or clicks on them, of a profile if it is exposed."""
        row = self.find(*profiles) if self.days.are_kept else -1
        if row >= 0 and not self._is_closed[self.exposed.arm(row)]:
            self.days.note(day, self.exposed.arm(row), row, slots, clicks)

    @property
    def _may_join(self) -> bool:
        """Whether there are places for the accounts of visitors."""
        return len(self.exposed.rows) < 2 * self._visitors_max

    def joining(self, visitor: str, account: str) -> Generator[None, None, None]:
        """Let the account of an exposed visitor lead to the visitor's row."""
        visitor = "" if self._of_user else visitor
        if self._may_join and self.exposed.lacks(visitor, account):
            yield from self.exposed.reserving()
            self.exposed.join(visitor, account)

    def counting(
        self, waiting: Waiting, columns: WaitingColumns, day: int = 0
    ) -> Generator[None, None, list[tuple[str, str]]]:
        """Count acts of a day; return the profiles whose account leads to the visitor's row now."""
        first, joined = 0, []
        while first < len(waiting):
            done = self._count(first, waiting, columns, day)
            first = done.next
            if done.joins:
                joined.append(waiting.profiles[first - 1])
                yield from self.joining(*joined[-1])
        return joined

    def _count(self, first: int, waiting: Waiting, columns: WaitingColumns, day: int) -> Done:
        exposed = self.exposed
        found = count_acts(
            first,
            columns,
            exposed.rows.found_by,
            exposed.table,
            self.sums.counted(self._is_closed),
            self._when,
            self._of_user,
            self._may_join,
            waiting.number(self.currency_code),
            self.days.table(day),
        )
        done = Done(*found)
        self.counted += done.counted
        self.other_currency += done.others
        self.currency_code = self.currency_code or waiting.code(done.currency)
        return done

    # --- what happens to it ----------------------------------------------------------------------

    def capping(self, *, again: bool = False) -> Iterator[None]:
        """Find the caps of heavy tails again if it is time, or ``again``."""
        done = self.exposed.count + self.counted
        if again or done >= self._caps_at:
            yield from self.sums.capping(self.exposed)
            self._caps_at = CAP_AGAIN * max(1, done)

    def close(self, arm: int, time_ms: int, reason: str, metric: str = "") -> None:
        """Close an arm; its figures stay as they are now."""
        own, control = self.sums.rows[arm], self.sums.rows[0]
        self._closing(arm, Closed(time_ms, reason, metric, tuple(own), tuple(control)))

    def _closing(self, arm: int, closed: Closed) -> None:
        self.closed[arm], self._is_closed[arm] = closed, True

    def stop(self, time_ms: int, reason: str, winner: str = "") -> None:
        """End it: nobody is assigned or counted any more, and no row is needed."""
        self.stop_ms, self.stop_reason, self.winner = max(1, time_ms), reason, winner
        self.exposed = Exposed()

    def forget(self, profile: str) -> None:
        """Forget a person's row; the sums keep its part, which names nobody."""
        row = self.exposed.rows.find(profile)
        if row < 0:
            return
        row = self.exposed.leads(row)
        self.sums.leave(self.exposed.arm(row), self.exposed.values(row))
        self.exposed.forgetting(row)
        self.erased += 1

    _plain = (
        "create_ms", "who", "stop_ms", "stop_reason", "winner", "ratio_alarm", "currency_code",
        "other_arm", "other_currency", "turned_away", "erased", "counted", "_caps_at",
    )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        closed = [[arm, one.time_ms, one.reason, one.metric] for arm, one in self.closed.items()]
        return {
            "experiment": self.experiment.canonical(),
            "policies": [policy.canonical() if policy else "" for policy in self.policies],
            "ranges": np.array(self.ranges, np.int64).reshape(-1, 2),
            "plain": [getattr(self, name) for name in self._plain],
            "closed": closed,
            "closed_sums": self._closed_sums(),
            "exposed": self.exposed.state(),
            "sums": self.sums.state(),
            "looks": self.looks.state(),
            **self.days.branch,
        }

    def _closed_sums(self) -> NDArray[np.float64]:
        sums = [(*closed.own, *closed.control) for closed in self.closed.values()]
        return np.array(sums, np.float64).reshape(len(sums), 2 * WIDTH)

    @classmethod
    def loaded(cls, state: dict[str, Any]) -> Running:
        """Return the experiment of which this is `state`."""
        ranges = tuple((start, end) for start, end in state["ranges"].tolist())
        policies = [Policy.parse(text) if text else None for text in state["policies"]]
        one = cls(Experiment.parse(state["experiment"]), policies, ranges)
        for name, value in zip(cls._plain, state["plain"], strict=True):
            setattr(one, name, value)
        for closed, sums in zip(state["closed"], state["closed_sums"].tolist(), strict=True):
            arm, time_ms, reason, metric = closed
            own, control = tuple(sums[:WIDTH]), tuple(sums[WIDTH:])
            one._closing(arm, Closed(time_ms, reason, metric, own, control))
        for name in ("exposed", "sums", "looks"):
            getattr(one, name).load(state[name])
        one.days.load(state)
        return one
