"""What an experiment says in one word: of an interval, of an arm, of all arms together."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine.experiments import reports
from headwater_server.engine.experiments.comparing import ALARM, Pair, evidence_of_ratio, pair_of
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.experiments.viewing import state_of
from headwater_server.engine.messages.experiments import DECREASE
from headwater_server.inference.interval import Interval

_ORDER = (
    reports.BETTER, reports.NO_DIFFERENCE, reports.TOO_FEW, reports.WORSE, reports.CROSSED,
)  # fmt: skip


def of_interval(pair: Pair, interval: Interval, *, less: bool) -> str:
    """Return what the always-valid interval of a difference says; ``less``: less is better."""
    if not pair.is_enough:
        return reports.TOO_FEW
    above, below = (reports.WORSE, reports.BETTER) if less else (reports.BETTER, reports.WORSE)
    if interval.low > 0.0:
        return above
    return below if interval.high < 0.0 else reports.NO_DIFFERENCE


def of_arm(running: Running, arm: int) -> str:
    """Return what the primary metric says of an arm that is not control."""
    closed, primary = running.closed.get(arm), running.experiment.primary
    if closed and closed.metric:
        return reports.CROSSED
    pair = pair_of(running, arm, primary.metric)
    return of_interval(pair, pair.difference, less=primary.direction == DECREASE)


def of_arms(running: Running, verdicts: Sequence[str], now_ms: int, *, alarm: bool) -> str:
    """Return what the treatments' verdicts say together: the best, unless figures are void."""
    if state_of(running, now_ms) == reports.SCHEDULED:
        return reports.NOT_STARTED
    if alarm:
        return reports.WRONG_RATIO
    return next(one for one in _ORDER if one in verdicts)


def of_experiment(running: Running, now_ms: int) -> str:
    """Return what an experiment says, as its report does, without the figures."""
    alarm = running.ratio_alarm or evidence_of_ratio(running) >= ALARM
    verdicts = [of_arm(running, arm) for arm in range(1, len(running.experiment.arms))]
    return of_arms(running, verdicts, now_ms, alarm=alarm)
