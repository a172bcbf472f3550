"""Drift detection: have the engine's predictions suddenly become worse, or better?"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Any

from headwater_server.engine.measures.placements import ALL
from headwater_server.engine.measures.worsening import VALUES, Worsening
from headwater_server.models.river.plain_values import from_plain, to_plain
from headwater_server.models.river_parts import ADWIN

LOSS = "ranking_loss"
NO_ACT = "no_act"
ALARMS_MAX = 100
DELTA = 1e-5
"""ADWIN's chance of a false alarm at each check; River's 0.002 gives one every few thousand."""
CHECK_EVENTS = VALUES
WINDOW_MIN = 64
"""Least number of values on either side of a change: a few odd values are no change."""


@dataclass(frozen=True, slots=True)
class DriftAlarm:
    """One detected change: when, where, and the means before and after.

    ``name`` is the changed figure, "ranking_loss" or "no_act"; for both, larger is worse.
    ``events_learned`` were learned until then; ``time_ms`` is the engine's clock.
    """

    placement: str
    name: str
    events_learned: int
    time_ms: int
    mean_before: float
    mean_after: float

    @property
    def worse(self) -> bool:
        """Whether predictions became worse."""
        return self.mean_after > self.mean_before


def ranking_loss(cross_entropy: float, choices: int) -> float:
    r"""Return the loss of one interaction, 0 (predicted) to 1 (no better than a random guess).

    $$\ell = \min\left(1, \frac{-\log p(y)}{\log n}\right)$$

    with $p(y)$ the ranker's probability of the chosen item among $n$ choices. An item that was no
    candidate (``choices`` 0) was not predicted at all: 1.

    >>> ranking_loss(math.log(61), 61), ranking_loss(0.0, 61), ranking_loss(0.0, 0)
    (1.0, 0.0, 1.0)
    """
    if choices < 2 or not math.isfinite(cross_entropy):
        return 1.0
    return min(1.0, max(0.0, cross_entropy / _log(choices)))


_log = lru_cache(math.log)  # of a few numbers


class Drift:
    """River's detectors on the progressive loss: two for all interactions, one a placement.

    The loss of an interaction is that of the ranker's own step (`ranking_loss`): it costs nothing,
    exists for each event, and is bounded, as ADWIN's theorem requires; outside the candidates it is
    1. ADWIN assumes independent values, but a visitor's interactions are similar: so a run of
    interactions of one visitor counts once, by its mean. (Counted singly, one long visit raises an
    alarm.)

    The figure of a placement is whether a reported slate had no act. (Not the slate's log loss: it
    falls when acts become rare, since rare acts are easy to predict; so its direction does not show
    better or worse.)

    ADWIN keeps a window of past values and drops its older part when the means of the two parts
    differ by more than chance allows; River's begins again after that. So a change for the better,
    which every learning curve has, leaves it little to compare a worse time with: interactions have
    `Worsening` beside it, which sees no better. ADWIN sees the better, and what becomes worse by
    little. `Placements` limits the detectors; the last 100 alarms are kept.

    References
    ----------
    A. Bifet, R. Gavalda, "Learning from time-changing data with adaptive windowing", SDM 2007.

    Examples
    --------
    >>> drift = Drift()
    >>> losses = [0.2, 0.3] * 500 + [0.8, 0.9] * 100
    >>> observe = drift.observe_interaction
    >>> alarms = [observe(n, x, events_learned=n, now_ms=n) for n, x in enumerate(losses)]
    >>> [alarm.worse for alarm in alarms if alarm]
    [True]
    """

    def __init__(self) -> None:
        self._detectors: dict[tuple[str, str], Any] = {}
        self._worsening = Worsening()
        self._run = [-1, 0, 0.0]  # visitor's row, interactions, sum of losses
        self._counts: dict[tuple[str, bool], int] = {}
        self._alarms: deque[DriftAlarm] = deque(maxlen=ALARMS_MAX)
        self._updates = 0  # of both detectors of interactions, less a multiple of `CHECK_EVENTS`

    @property
    def checked_in(self) -> int:
        """After how many more interactions one can raise an alarm at the earliest.

        Both detectors look for a change only at each `CHECK_EVENTS`-th value.
        """
        return CHECK_EVENTS - self._updates

    def observe_interaction(
        self, visitor: int, loss: float, *, events_learned: int, now_ms: int
    ) -> DriftAlarm | None:
        """Add the loss of an interaction; return the alarm of the run that it ends, if any."""
        alarms = self._observe_runs((visitor,), (events_learned,), (now_ms,), (loss,))
        return alarms[0] if alarms else None

    def observe_all(
        self,
        visitors: Sequence[int],
        events_learned: Sequence[int],
        times_ms: Sequence[int],
        cross_entropies: Sequence[float],
        choices: Sequence[int],
    ) -> list[DriftAlarm]:
        """Do that for each interaction, in order, with its `ranking_loss`; return the alarms."""
        losses = list(map(ranking_loss, cross_entropies, choices))
        return self._observe_runs(visitors, events_learned, times_ms, losses)

    def _observe_runs(
        self,
        visitors: Sequence[int],
        events_learned: Sequence[int],
        times_ms: Sequence[int],
        losses: Sequence[float],
    ) -> list[DriftAlarm]:
        before, interactions, total = self._run
        alarms = []
        for visitor, learned, now_ms, loss in zip(
            visitors, events_learned, times_ms, losses, strict=True
        ):
            if visitor == before:
                interactions, total = interactions + 1, total + loss
                continue
            if interactions and (alarm := self._run_over(total / interactions, learned, now_ms)):
                alarms.append(alarm)
            before, interactions, total = visitor, 1, loss
        self._run = [before, interactions, total]
        return alarms

    def _run_over(self, loss: float, learned: int, now_ms: int) -> DriftAlarm | None:
        """Add the mean loss of a run of interactions; return the alarm that it raises, if any."""
        self._updates = (self._updates + 1) % CHECK_EVENTS
        alarm = self._observe(LOSS, ALL, loss, learned, now_ms)
        means = self._worsening.add(loss)
        if alarm and alarm.worse:
            self._worsening = Worsening()  # the same change is no second alarm
        elif means:
            alarm = self._noted(DriftAlarm(ALL, LOSS, learned, now_ms, *means))
            del self._detectors[LOSS, ALL]  # as above
        return alarm

    def observe_slate(
        self, placement: str, *, acted: bool, events_learned: int, now_ms: int
    ) -> DriftAlarm | None:
        """Add whether a reported slate was acted on; return the alarm that it raises, if any."""
        return self._observe(NO_ACT, placement, float(not acted), events_learned, now_ms)

    def _observe(
        self, name: str, placement: str, loss: float, events_learned: int, now_ms: int
    ) -> DriftAlarm | None:
        detector = self._detector(name, placement)
        width, total = detector.width, detector.total
        detector.update(loss)
        if not detector.drift_detected:
            return None
        before = (total + loss - detector.total) / max(1.0, width + 1.0 - detector.width)
        after = float(detector.estimation)
        return self._noted(DriftAlarm(placement, name, events_learned, now_ms, before, after))

    def _noted(self, alarm: DriftAlarm) -> DriftAlarm:
        self._alarms.append(alarm)
        key = (alarm.placement, alarm.worse)
        self._counts[key] = self._counts.get(key, 0) + 1
        return alarm

    def _detector(self, name: str, placement: str) -> Any:
        if (name, placement) not in self._detectors:
            make: Any = ADWIN  # River's detectors are not typed
            detector = make(delta=DELTA, clock=CHECK_EVENTS, min_window_length=WINDOW_MIN)
            self._detectors[name, placement] = detector
        return self._detectors[name, placement]

    def drop(self, placement: str) -> None:
        """Forget the detectors and the counts of a placement; its alarms stay."""
        self._detectors.pop((NO_ACT, placement), None)
        for worse in (False, True):
            self._counts.pop((placement, worse), None)

    @property
    def alarms(self) -> tuple[DriftAlarm, ...]:
        """The last 100 alarms, oldest first."""
        return tuple(self._alarms)

    @property
    def counts(self) -> dict[tuple[str, bool], int]:
        """All alarms so far, counted by (placement, whether it became worse)."""
        return dict(self._counts)

    def state(self) -> dict[str, Any]:
        """Return detectors, alarms and counts as plain values."""
        alarms = [astuple(alarm) for alarm in self._alarms]
        return {
            "detectors": to_plain(self._detectors),
            "worsening": self._worsening.state(),
            "run": to_plain(self._run),
            "updates": self._updates,
            "counts": to_plain(self._counts),
            "alarms": to_plain(alarms),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._detectors = from_plain(state["detectors"])
        self._worsening.load(state["worsening"])
        self._run = from_plain(state["run"])
        self._counts = from_plain(state["counts"])
        alarms = (DriftAlarm(*values) for values in from_plain(state["alarms"]))
        self._alarms = deque(alarms, maxlen=ALARMS_MAX)
        self._updates = state["updates"]
