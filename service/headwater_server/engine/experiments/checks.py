"""What an experiment may be: pure checks, made before the write and again when it is applied.

Each text begins with the field, says what is wrong and how to fix it; "" is "nothing".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from headwater_server.engine.intake.limits import CURRENCY_BYTES_MAX, ID_BYTES_MAX, TIME_MS_MAX
from headwater_server.engine.messages.experiments import (
    DECREASE,
    INCREASE,
    METRICS,
    USER,
    VISITOR,
    Experiment,
    Primary,
)

ARMS_MAX, RAILS_MAX, PLACEMENTS_MAX = 8, 8, 32
EXPERIMENTS_MAX, RUNNING_MAX, POLICIES_MAX, PROMOTED_MAX = 100, 20, 100, 100
VISITORS_TOGETHER_MAX = 4_000_000
"""Visitors of all running experiments together: what their tables may take in memory."""
TEXT_CHARS_MAX = 1_000
OVERRIDES_CHARS_MAX = 65_536
_WEIGHTS_ERROR = 1e-6
_WINDOW_MINUTES_MAX = 366 * 24 * 60.0
_LEVELS = 0.5, 0.9999
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_WRITE_ID = "write 1 to 64 of A-Z a-z 0-9 _ . -"


def experiment_refusal(experiment: Experiment) -> str:
    """Return what is wrong with an experiment, whatever else there is.

    >>> from headwater_server.engine.messages.experiments import ExperimentArm
    >>> arms = ExperimentArm("a"), ExperimentArm("b", "bold")
    >>> experiment_refusal(Experiment("first", arms))
    ''
    >>> experiment_refusal(Experiment("first", arms, share=1.5))
    'share: is 1.5; write a share above 0 and up to 1'
    """
    return next(_problems(experiment), "")


def _problems(experiment: Experiment) -> Iterator[str]:
    yield from _ids(experiment)
    yield from _arms(experiment)
    yield from _numbers(experiment)
    yield from _times(experiment)
    yield from _metrics(experiment)


def _ids(experiment: Experiment) -> Iterator[str]:
    for name in ("experiment_id", "layer", "salt"):
        value = getattr(experiment, name)
        if not _ID.fullmatch(value) and (value or name != "salt"):
            yield f"{name}: {_WRITE_ID}"
    if experiment.unit not in (VISITOR, USER):
        yield f"unit: write {VISITOR} or {USER}"
    if len(experiment.placements) > PLACEMENTS_MAX:
        yield f"placements: are more than {PLACEMENTS_MAX}; leave them out for all placements"
    for place, placement in enumerate(experiment.placements):
        if not 0 < len(placement.encode("utf-8", "surrogatepass")) <= ID_BYTES_MAX:
            yield f"placements[{place}]: is empty or longer than {ID_BYTES_MAX} bytes"
    if len(set(experiment.placements)) < len(experiment.placements):
        yield "placements: one is named twice"
    if len(experiment.currency_code.encode("utf-8", "surrogatepass")) > CURRENCY_BYTES_MAX:
        yield "currency_code: write the three letters of ISO 4217, or nothing"


def _arms(experiment: Experiment) -> Iterator[str]:
    arms = experiment.arms
    if not 2 <= len(arms) <= ARMS_MAX:
        yield f"arms: are {len(arms)}; write control and 1 to {ARMS_MAX - 1} others"
    for place, arm in enumerate(arms):
        if not _ID.fullmatch(arm.arm_id):
            yield f"arms[{place}].arm_id: {_WRITE_ID}"
        if arm.policy_id and not _ID.fullmatch(arm.policy_id):
            yield f"arms[{place}].policy_id: {_WRITE_ID}, or nothing for the settings in force"
        if not 0.0 < arm.weight <= 1.0:
            yield f"arms[{place}].weight: is {arm.weight:g}; write a share of the arms above 0"
    if len({arm.arm_id for arm in arms}) < len(arms):
        yield "arms: two have one arm_id"
    total = math.fsum(arm.weight for arm in arms)
    if abs(total - 1.0) > _WEIGHTS_ERROR:
        yield f"arms: the weights sum to {total:g}; write shares that sum to 1"


def _numbers(experiment: Experiment) -> Iterator[str]:
    if not 0.0 < experiment.share <= 1.0:
        yield f"share: is {experiment.share:g}; write a share above 0 and up to 1"
    if not _LEVELS[0] <= experiment.level <= _LEVELS[1]:
        yield f"level: is {experiment.level:g}; write {_LEVELS[0]} to {_LEVELS[1]}, such as 0.95"
    if not 1 <= experiment.visitors_planned <= 10**9:
        yield f"visitors_planned: is {experiment.visitors_planned}; write how many are expected"
    if not 1 <= experiment.visitors_max <= VISITORS_TOGETHER_MAX:
        yield f"visitors_max: is {experiment.visitors_max}; write 1 to {VISITORS_TOGETHER_MAX:,}"


def _times(experiment: Experiment) -> Iterator[str]:
    start_ms, end_ms = experiment.start_time_ms, experiment.end_time_ms
    for name, time_ms in (("start_time", start_ms), ("end_time", end_ms)):
        if not 0 <= time_ms <= TIME_MS_MAX:
            yield f"{name}: is not within the years 1970 to 9999"
    if end_ms and end_ms <= start_ms:
        yield "end_time: is not after start_time"


def _metrics(experiment: Experiment) -> Iterator[str]:
    names = ", ".join(METRICS)
    primary, rails = experiment.primary, experiment.guard_rails
    if primary.metric not in METRICS:
        yield f"primary.metric: is none of {names}"
    if primary.direction not in (INCREASE, DECREASE):
        yield f"primary.direction: write {INCREASE} or {DECREASE}"
    yield from _window(primary)
    if len(rails) > RAILS_MAX:
        yield f"guard_rails: are more than {RAILS_MAX}"
    for place, rail in enumerate(rails):
        if rail.metric not in METRICS:
            yield f"guard_rails[{place}].metric: is none of {names}"
        if not -1.0 < rail.worst_relative <= 0.0:
            yield (
                f"guard_rails[{place}].worst_relative: is {rail.worst_relative:g}; write a number "
                "above -1 and up to 0, such as -0.05 for a loss of 5 %"
            )
    if len({rail.metric for rail in rails}) < len(rails):
        yield "guard_rails: two are for one metric"


def _window(primary: Primary) -> Iterator[str]:
    if not 0.0 <= primary.window_minutes <= _WINDOW_MINUTES_MAX:
        yield (
            f"primary.window_minutes: is {primary.window_minutes:g}; write 0 for no limit, or up "
            f"to {_WINDOW_MINUTES_MAX:g}"
        )


def text_refusal(field: str, text: str, *, required: bool = False) -> str:
    """Return what is wrong with a reason or a name: it is missing, or too long.

    >>> text_refusal("reason", "", required=True)
    'reason: is empty; write why'
    """
    if required and not text.strip():
        return f"{field}: is empty; write why"
    if len(text) > TEXT_CHARS_MAX:
        return f"{field}: is longer than {TEXT_CHARS_MAX:,} characters"
    return ""
