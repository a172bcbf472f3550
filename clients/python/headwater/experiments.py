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

    HIGHER = "higher"
    LOWER = "lower"


class ExperimentState(Enum):
    """Where an experiment stands."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    ENDED = "ended"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ExperimentArm:
    """One arm. Without ``policy_id`` it has the policy in force.

    ``close_reason`` and ``close_time`` are only in answers, and only of an arm that was closed.
    """

    arm_id: str
    policy_id: str = ""
    weight: float = 1.0
    close_reason: str = ""
    close_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class PrimaryMetric:
    """What decides: "act_rate", "acts", "reward", "purchases" or "revenue".

    ``window_minutes`` after a visitor's first exposure its acts do not count any more; 0: they
    count until the experiment ends.
    """

    metric: str
    window_minutes: int = 0
    direction: MetricDirection = MetricDirection.HIGHER


@dataclass(frozen=True, slots=True)
class GuardRail:
    """What must not become worse than ``worst_relative``, such as -0.05: 5 % less."""

    metric: str
    worst_relative: float


@dataclass(frozen=True, slots=True)
class Experiment:
    """A comparison of policies; see Experiment in experiment.proto. The first arm is the control.

    ``share`` None: all that is left of the layer. The fields from ``state`` on are only in answers.
    """

    experiment_id: str
    arms: tuple[ExperimentArm, ...]
    primary: PrimaryMetric
    guard_rails: tuple[GuardRail, ...] = ()
    layer: str = ""
    salt: str = ""
    unit: ExperimentUnit = ExperimentUnit.VISITOR
    placements: tuple[str, ...] = ()
    share: float | None = None
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
    layer_from: float = 0.0
    layer_to: float = 0.0


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


@dataclass(frozen=True, slots=True)
class ArmAssignment:
    """Which arm of an experiment somebody is in."""

    experiment_id: str
    arm_id: str
