"""What can be read of policies and experiments: plain values, without a wire format.

``None`` is "nothing is known of it": an infinite end of an interval, too few visitors.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater_server.engine.experiments.lift.reports import HoldOutLifts
from headwater_server.engine.messages.experiments import Experiment

SCHEDULED, RUNNING, ENDED, STOPPED = "scheduled", "running", "ended", "stopped"
"""Before its start; now; its end time has come; stopped by hand, a guard rail or a promotion."""

NOT_STARTED = "not started"
TOO_FEW = "too few visitors"
NO_DIFFERENCE = "no difference seen"
BETTER, WORSE = "better", "worse"
CROSSED = "guard rail crossed"
WRONG_RATIO = "sample ratio alarm"


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy that is kept.

    ``places``: where it is in the promoted stack, from 1 at the bottom; ``experiment_ids``: running
    experiments with an arm that answers by it.
    """

    policy_id: str
    overrides: str
    time_ms: int = 0
    who: str = ""
    places: tuple[int, ...] = ()
    experiment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PromotedPolicy:
    """One step of the promoted stack: its overrides as they were promoted, and why."""

    policy_id: str
    overrides: str
    time_ms: int = 0
    who: str = ""
    experiment_id: str = ""
    arm_id: str = ""
    report_digest: str = ""
    force_reason: str = ""


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies by id, and the promoted stack, the last promoted one last."""

    policies: tuple[PolicyView, ...] = ()
    promoted: tuple[PromotedPolicy, ...] = ()


@dataclass(frozen=True, slots=True)
class ArmView:
    """An arm: how many visitors were exposed, and since when and why it takes nobody any more."""

    arm_id: str
    policy_id: str
    weight: float
    visitors: int = 0
    close_time_ms: int = 0
    close_reason: str = ""


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """An experiment and where it stands. ``ranges``: its parts of the layer, each from, to (0..1).

    ``is_full``: ``visitors_max`` is reached, nobody enters any more. ``verdict``: that of its
    report.
    """

    experiment: Experiment
    state: str
    create_time_ms: int = 0
    stop_time_ms: int = 0
    stop_reason: str = ""
    winner: str = ""
    who: str = ""
    arms: tuple[ArmView, ...] = ()
    visitors: int = 0
    is_full: bool = False
    ranges: tuple[tuple[float, float], ...] = ()
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class MetricOfArm:
    """A metric of an arm's visitors, and its difference to control (of control: None).

    ``low`` and ``high`` are valid at every look, those of ``fixed`` at ``end_time`` only; all are
    of the difference. ``mean_cuped``: with what visitors did before taken out. ``variance_saved``:
    the share of the variance that this saves. ``capped_at``: larger values count as this much.
    ``worst_relative``: of its guard rail; ``crossed``: this arm has crossed it.
    """

    metric: str
    mean: float | None = None
    standard_error: float | None = None
    mean_cuped: float | None = None
    difference: float | None = None
    relative: float | None = None
    low: float | None = None
    high: float | None = None
    relative_low: float | None = None
    relative_high: float | None = None
    low_fixed: float | None = None
    high_fixed: float | None = None
    probability_better: float | None = None
    expected_loss: float | None = None
    variance_saved: float | None = None
    capped_at: float | None = None
    verdict: str = ""
    worst_relative: float | None = None
    crossed: bool = False


@dataclass(frozen=True, slots=True)
class ArmReport:
    """An arm with all of its metrics; a closed one's are of the moment when it was closed.

    ``promotion_blockers``: why it cannot be promoted; none: it can.
    """

    arm_id: str
    policy_id: str
    visitors: int
    metrics: tuple[MetricOfArm, ...] = ()
    verdict: str = ""
    close_time_ms: int = 0
    close_reason: str = ""
    promotion_blockers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """The evidence that arms lack visitors of their weights; from 100 on an alarm, for good."""

    e_value: float = 1.0
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """The primary metric of an arm at an earlier look."""

    time_ms: int
    arm_id: str
    visitors: int
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """What an experiment says so far. ``level``: of each interval, after Bonferroni over the arms.

    ``visitors_to_go``: until a difference of the size seen is expected to show; None: not known.
    ``notes``: what a reader must know beside the figures. ``digest``: 16 bytes in hex over it all,
    without the ``lifts`` of a hold-out.
    """

    view: ExperimentView
    time_ms: int
    arms: tuple[ArmReport, ...]
    sample_ratio: SampleRatio
    verdict: str
    level: float
    visitors_to_go: int | None = None
    currency_code: str = ""
    looks: tuple[Look, ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = field(default="", compare=False)
    lifts: HoldOutLifts | None = field(default=None, compare=False, repr=False)
