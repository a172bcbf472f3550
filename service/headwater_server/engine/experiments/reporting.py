"""From an experiment's state to its report; reading only."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import replace
from hashlib import blake2b

from headwater_server.engine.experiments import reports, verdicts
from headwater_server.engine.experiments.comparing import (
    ALARM,
    Pair,
    blockers,
    crossed,
    evidence_of_ratio,
    gain,
    level_of,
    pair_of,
    pair_of_sums,
)
from headwater_server.engine.experiments.counts.sums import CAPPED_FROM
from headwater_server.engine.experiments.lift.measuring import lifts_of
from headwater_server.engine.experiments.lift.reports import Days
from headwater_server.engine.experiments.reports import (
    ArmReport,
    ExperimentReport,
    Look,
    MetricOfArm,
    SampleRatio,
)
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.experiments.viewing import state_of, view
from headwater_server.engine.lookups.nearest_name import unseen_placements
from headwater_server.engine.messages.experiments import DECREASE, METRICS
from headwater_server.inference.bayes.normal import expected_loss_of, probability_better
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.fixed_horizon import difference_at_end
from headwater_server.inference.experiments.planning import visitors_needed
from headwater_server.inference.interval import Interval

_SHARED = (
    "All arms share one model, so what one arm explores teaches the others, too: differences are "
    "smaller than between shops of their own."
)


def report(
    running: Running,
    now_ms: int,
    days: Days | None = None,
    offset_ms: int = 0,
    seen: Collection[str] | None = None,
) -> ExperimentReport:
    """Return what an experiment says at the state's time ``now_ms``.

    ``days``: of a hold-out, those whose lift is asked for beside that of all time. ``offset_ms``:
    by how much the shop's days begin before UTC's. ``seen``: the placements where lists were seen;
    None: unknown.
    """
    arms = tuple(_arm(running, arm, now_ms) for arm in range(len(running.experiment.arms)))
    evidence = evidence_of_ratio(running)
    ratio = SampleRatio(evidence, running.ratio_alarm or evidence >= ALARM)
    of_arms = [arm.verdict for arm in arms[1:]]
    verdict = verdicts.of_arms(running, of_arms, now_ms, alarm=ratio.alarm)
    found = ExperimentReport(
        view=replace(view(running, now_ms), verdict=verdict),
        time_ms=now_ms,
        arms=arms,
        sample_ratio=ratio,
        verdict=verdict,
        level=level_of(running),
        visitors_to_go=_visitors_to_go(running),
        currency_code=running.currency_code,
        looks=tuple(_looks(running)),
        notes=tuple(_notes(running)),
    )
    text = repr(found).encode("utf-8", "surrogatepass")
    lifts = lifts_of(running, days, now_ms, offset_ms) if running.days.are_kept else None
    digest = blake2b(text, digest_size=16).hexdigest()
    unseen = () if seen is None else unseen_placements(running.experiment.placements, seen)
    notes = (*found.notes, *(f"placements: {one}" for one in unseen))
    return replace(found, notes=notes, digest=digest, lifts=lifts)


def metrics_of(running: Running) -> list[str]:
    """Return all metrics: the primary one, those of guard rails, the others."""
    first = running.experiment.primary.metric
    rails = [rail.metric for rail in running.experiment.guard_rails]
    return list(dict.fromkeys([first, *rails, *METRICS]))


def _arm(running: Running, arm: int, now_ms: int) -> ArmReport:
    given, closed = running.experiment.arms[arm], running.closed.get(arm)
    metrics = tuple(_metric(running, arm, name, now_ms) for name in metrics_of(running))
    visitors = int(closed.own[0]) if closed else running.sums.visitors[arm]
    verdict = metrics[0].verdict
    if closed and closed.metric:
        verdict = reports.CROSSED
    return ArmReport(
        given.arm_id,
        given.policy_id,
        visitors,
        metrics,
        verdict,
        closed.time_ms if closed else 0,
        closed.reason if closed else "",
        tuple(blockers(running, arm)),
    )


def _metric(running: Running, arm: int, name: str, now_ms: int) -> MetricOfArm:
    pair = pair_of(running, arm, name)
    own, cap = pair.plain[0], running.sums.cap(METRICS.index(name))
    rails = {rail.metric: rail.worst_relative for rail in running.experiment.guard_rails}
    closed = running.closed.get(arm)
    found = MetricOfArm(
        name,
        mean=own.mean if own.visitors else None,
        standard_error=_finite(math.sqrt(own.squared_error)),
        mean_cuped=pair.adjusted[0].mean if own.visitors else None,
        capped_at=_finite(cap),
        worst_relative=rails.get(name),
        crossed=bool(closed and closed.metric == name),
    )
    return found if arm == 0 else _compared(running, pair, found, now_ms)


def _compared(running: Running, pair: Pair, found: MetricOfArm, now_ms: int) -> MetricOfArm:
    """Add what compares the arm with control."""
    primary = running.experiment.primary
    less = found.metric == primary.metric and primary.direction == DECREASE
    interval, ratio = pair.difference, pair.relative
    fixed = _fixed(running, pair, now_ms)
    own, control = pair.adjusted
    better, worse = (control, own) if less else (own, control)
    is_known = min(own.visitors, control.visitors) > 1
    return replace(
        found,
        difference=own.mean - control.mean if is_known else None,
        relative=own.mean / control.mean - 1.0 if is_known and control.mean > 0.0 else None,
        low=_finite(interval.low),
        high=_finite(interval.high),
        relative_low=_finite(ratio.low),
        relative_high=_finite(ratio.high),
        low_fixed=_finite(fixed.low),
        high_fixed=_finite(fixed.high),
        probability_better=probability_better(better, worse) if is_known else None,
        expected_loss=_finite(expected_loss_of(better, worse)) if is_known else None,
        variance_saved=1.0 - pair.variance_left if is_known else None,
        verdict=verdicts.of_interval(pair, interval, less=less),
    )


def _fixed(running: Running, pair: Pair, now_ms: int) -> Interval:
    """Return the interval for one look; nothing before ``end_time``, or if it was stopped."""
    if state_of(running, now_ms) != reports.ENDED:
        return Interval(-math.inf, math.inf, pair.level)
    return difference_at_end(*pair.adjusted, pair.level)


def _visitors_to_go(running: Running) -> int | None:
    """Return for how many more visitors the open arm with the largest gain has to wait."""
    arms = range(1, len(running.experiment.arms))
    open_arms = [arm for arm in arms if arm not in running.closed and not running.stop_ms]
    found = [one for one in (_to_go(running, arm) for arm in open_arms) if one is not None]
    return min(found, default=None)


def _to_go(running: Running, arm: int) -> int | None:
    experiment = running.experiment
    pair = pair_of(running, arm, experiment.primary.metric)
    own, control = pair.adjusted
    if not pair.is_enough or control.mean <= 0.0 or own.mean == control.mean:
        return None
    if not (interval := gain(running, arm)).low <= 0.0 <= interval.high:
        return 0
    lift = own.mean / control.mean - 1.0
    needed = visitors_needed(control.mean, _pooled(own, control), lift, pair.level)
    of_pair = experiment.arms[arm].weight + experiment.arms[0].weight
    return max(0, math.ceil((needed - own.visitors - control.visitors) / of_pair))


def _pooled(own: Arm, control: Arm) -> float:
    weights = own.visitors * own.variance + control.visitors * control.variance
    return weights / (own.visitors + control.visitors)


def _looks(running: Running) -> Iterator[Look]:
    primary = running.experiment.primary
    for time_ms, rows in running.looks:
        for arm in range(1, len(rows)):
            closed = running.closed.get(arm)
            if closed and closed.time_ms < time_ms:
                continue
            pair = pair_of_sums(running, arm, primary.metric, rows[arm], rows[0])
            own, control = pair.adjusted
            visitors = own.visitors + control.visitors
            interval = pair.difference
            difference = own.mean - control.mean if min(own.visitors, control.visitors) else None
            yield Look(
                time_ms,
                running.experiment.arms[arm].arm_id,
                visitors,
                difference,
                _finite(interval.low),
                _finite(interval.high),
            )


def _notes(running: Running) -> Iterator[str]:
    yield _SHARED
    experiment, visitors = running.experiment, sum(running.sums.visitors)
    if visitors >= CAPPED_FROM:
        yield (
            "Heavy tails are capped: values above the 99.9th percentile of all visitors count as "
            "much as it (capped_at)."
        )
    if running.is_full:
        yield (
            f"visitors_max is reached: {running.turned_away:,} reported lists exposed nobody new. "
            "Raise it to let more visitors in."
        )
    if running.other_currency:
        yield (
            f"{running.other_currency:,} purchases in other currencies than "
            f"{running.currency_code} count as purchases, and not for revenue."
        )
    if running.other_arm:
        yield (
            f"{running.other_arm:,} reported lists carried another arm than the visitor's own, as "
            "when an account and a device were exposed apart; the first arm counts."
        )
    if running.erased:
        yield (
            f"{running.erased:,} visitors were erased: their rows are gone, and what they did "
            "stays in the sums of their arm, which name nobody."
        )
    if any(crossed(running, arm) for arm in _open(running)):
        yield "A guard rail is crossed: the arm is closed at the next look."
    if experiment.primary.window_minutes:
        yield f"Acts count for {experiment.primary.window_minutes:g} minutes after the exposure."


def _open(running: Running) -> list[int]:
    arms = range(1, len(running.experiment.arms))
    return [arm for arm in arms if arm not in running.closed and not running.stop_ms]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
