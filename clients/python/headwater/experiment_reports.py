"""What experiments and evaluations say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from headwater.experiments import ExperimentState


class ExperimentVerdict(Enum):
    """What an interval says; VOID: the arms do not have the visitors that their weights say."""

    NO_DIFFERENCE_SEEN = "no difference seen"
    BETTER = "better"
    WORSE = "worse"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class ArmMetric:
    """One metric of one arm; None: too few visitors."""

    metric: str
    currency_code: str
    mean: float
    standard_error: float | None
    mean_cuped: float | None
    standard_error_cuped: float | None


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """One arm. ``promotion_blockers``: why its policy may not be promoted now; empty: it may."""

    arm_id: str
    policy_id: str
    visitors: int
    metrics: tuple[ArmMetric, ...]
    close_reason: str
    promotion_blockers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExperimentLook:
    """The interval at an earlier time."""

    look_time: datetime
    visitors: int
    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ArmComparison:
    """An arm compared with the control; see ArmComparison in experiment_report.proto.

    ``low`` and ``high`` are valid at every look; None: nothing is known on that side.
    """

    metric: str
    arm_id: str
    difference: float | None
    relative: float | None
    low: float | None
    high: float | None
    low_fixed: float | None
    high_fixed: float | None
    probability_better: float | None
    expected_loss: float | None
    variance_saved: float
    verdict: ExperimentVerdict
    worst_relative: float | None
    crossed: bool
    looks: tuple[ExperimentLook, ...]


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether the arms have the visitors that their weights say; ``alarm``: they do not."""

    e_value: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """The figures of an experiment, all from the state at ``offset``."""

    experiment_id: str
    state: ExperimentState
    arms: tuple[ArmFigures, ...]
    comparisons: tuple[ArmComparison, ...]
    sample_ratio: SampleRatio
    verdict: ExperimentVerdict
    visitors_to_go: int
    visitors_refused: int
    report_time: datetime
    digest: str
    offset: str


@dataclass(frozen=True, slots=True)
class EvaluatedPolicy:
    """What an evaluation says about a policy; None: there is not enough overlap."""

    policy_id: str
    verdict: str
    value: float | None
    low: float | None
    high: float | None
    effective_share: float
    visitors_needed: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `headwater evaluate` found in the log; ``report_json`` has all of it."""

    evaluation_id: str
    create_time: datetime
    metric: str
    placement: str
    from_offset: str
    until_offset: str
    level: float
    policies: tuple[EvaluatedPolicy, ...]
    report_json: str


@dataclass(frozen=True, slots=True)
class EvaluationPage:
    """A page of evaluations."""

    evaluations: tuple[Evaluation, ...]
    next_page_token: str
