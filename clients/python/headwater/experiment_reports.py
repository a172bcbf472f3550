"""What experiments and evaluations say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headwater.experiments import Experiment, ExperimentVerdict


@dataclass(frozen=True, slots=True)
class MetricFigures:
    """One metric of one arm; None: too few visitors. See MetricFigures in the protos.

    ``low`` and ``high`` of the difference to the control are valid at every look; ``low_fixed`` and
    ``high_fixed`` for one look, after the end. For the control, what compares is None.
    """

    metric: str
    mean: float | None
    standard_error: float | None
    mean_cuped: float | None
    difference: float | None
    relative: float | None
    low: float | None
    high: float | None
    relative_low: float | None
    relative_high: float | None
    low_fixed: float | None
    high_fixed: float | None
    probability_better: float | None
    expected_loss: float | None
    variance_saved: float | None
    capped_at: float | None
    verdict: ExperimentVerdict | None
    worst_relative: float | None
    crossed: bool


@dataclass(frozen=True, slots=True)
class PromotionBlocker:
    """Why an arm's policy may not be promoted now; ``code`` is for programs."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """One arm. ``promotion_blockers``: why its policy may not be promoted now; empty: it may.

    ``blockers``: the same, each with a code.
    """

    arm_id: str
    policy_id: str
    visitors: int
    metrics: tuple[MetricFigures, ...]
    verdict: ExperimentVerdict | None
    close_time: datetime | None
    close_reason: str
    promotion_blockers: tuple[str, ...]
    blockers: tuple[PromotionBlocker, ...] = ()


@dataclass(frozen=True, slots=True)
class ExperimentLook:
    """The interval of an arm's primary metric at an earlier time."""

    look_time: datetime
    arm_id: str
    visitors: int
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether the arms have the visitors that their weights say; ``alarm``: they do not."""

    e_value: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """The figures of an experiment, all from the state at ``offset``."""

    experiment: Experiment
    arms: tuple[ArmFigures, ...]
    sample_ratio: SampleRatio
    verdict: ExperimentVerdict | None
    level: float
    visitors_to_go: int | None
    currency_code: str
    looks: tuple[ExperimentLook, ...]
    notes: tuple[str, ...]
    report_time: datetime
    digest: str
    offset: str


@dataclass(frozen=True, slots=True)
class EvaluatedPolicy:
    """What an evaluation says about a policy; None: not enough overlap, or data."""

    policy_id: str
    verdict: str
    value: float | None
    low: float | None
    high: float | None
    effective_share: float
    visitors_needed: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShadowFigure:
    """One figure of a shadow beside the champion's, with intervals; None: not known.

    ``name``: agreement_top_item, agreement_items, hit_rate_at_20, log_loss, log_loss_base_rate or
    calibration_error.
    """

    name: str
    count: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    champion: float | None = None
    champion_low: float | None = None
    champion_high: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None


@dataclass(frozen=True, slots=True)
class Shadow:
    """What only `headwater shadow` finds out, which folds the log under a policy's settings."""

    policy_id: str
    own_state: bool
    folded_time: datetime
    entries_behind: int
    caught_up: bool
    publish_seconds: float
    answers_late: int
    figures: tuple[ShadowFigure, ...]
    drift_alarms_worse: int
    champion_drift_alarms_worse: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `headwater evaluate`, or a shadow, found; ``report_json`` has all of it."""

    evaluation_id: str
    create_time: datetime
    metric: str
    placement: str
    from_offset: str
    until_offset: str
    level: float
    policies: tuple[EvaluatedPolicy, ...]
    report_json: str
    shadow: Shadow | None = None


@dataclass(frozen=True, slots=True)
class EvaluationPage:
    """A page of evaluations."""

    evaluations: tuple[Evaluation, ...]
    next_page_token: str
