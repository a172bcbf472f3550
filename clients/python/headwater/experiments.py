"""Experiments, and who is in which arm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class ExperimentUnit(Enum):
    """What is assigned to an arm as a whole."""

    VISITOR = "visitor"
    USER = "user"


class MetricDirection(Enum):
    """Which change of a metric is an improvement."""

    INCREASE = "increase"
    DECREASE = "decrease"


class ExperimentVerdict(Enum):
    """What an experiment, or an arm of it, says so far; see experiment.proto."""

    NOT_STARTED = "not started"
    TOO_FEW_VISITORS = "too few visitors"
    NO_DIFFERENCE_SEEN = "no difference seen"
    BETTER = "better"
    WORSE = "worse"
    GUARD_RAIL_CROSSED = "guard rail crossed"
    SAMPLE_RATIO_ALARM = "sample ratio alarm"


class ExperimentState(Enum):
    """Where an experiment stands."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    ENDED = "ended"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ExperimentArm:
    """One arm. Without ``policy_id`` it has the policy in force.

    The fields from ``close_reason`` on are only in answers; the first two only of a closed arm.
    """

    arm_id: str
    policy_id: str = ""
    weight: float = 1.0
    close_reason: str = ""
    close_time: datetime | None = None
    visitors: int = 0


@dataclass(frozen=True, slots=True)
class PrimaryMetric:
    """What decides: "act_rate", "acts", "reward", "purchases" or "revenue".

    ``window_minutes`` after a visitor's first exposure its acts do not count any more; 0: they
    count until the experiment ends.
    """

    metric: str
    window_minutes: float = 0.0
    direction: MetricDirection = MetricDirection.INCREASE


@dataclass(frozen=True, slots=True)
class GuardRail:
    """What must not become worse than ``worst_relative``, such as -0.05: 5 % less."""

    metric: str
    worst_relative: float


@dataclass(frozen=True, slots=True)
class Experiment:
    """A comparison of policies; see Experiment in experiment.proto. The first arm is the control.

    0 and "" mean the default. The fields from ``state`` on are only in answers;
    ``layer_ranges`` has (start, end) of each part of the layer that it has, 0 to 1.
    """

    experiment_id: str
    arms: tuple[ExperimentArm, ...]
    primary: PrimaryMetric
    guard_rails: tuple[GuardRail, ...] = ()
    layer: str = ""
    salt: str = ""
    unit: ExperimentUnit = ExperimentUnit.VISITOR
    placements: tuple[str, ...] = ()
    share: float = 0.0
    level: float = 0.0
    visitors_planned: int = 0
    start_time: datetime | None = None
    end_time: datetime | None = None
    visitors_max: int = 0
    auto_promote: bool = False
    currency_code: str = ""
    state: ExperimentState | None = None
    create_time: datetime | None = None
    stop_time: datetime | None = None
    stop_reason: str = ""
    winner_arm_id: str = ""
    layer_ranges: tuple[tuple[float, float], ...] = ()
    full: bool = False
    who: str = ""
    verdict: ExperimentVerdict | None = None


@dataclass(frozen=True, slots=True)
class ExperimentAnswer:
    """The experiment as it is now, and the offset of a state that contains it."""

    experiment: Experiment
    offset: str


@dataclass(frozen=True, slots=True)
class ExperimentPage:
    """A page of experiments."""

    experiments: tuple[Experiment, ...]
    next_page_token: str
