"""Policies and experiments on the log: what they are, and the operations that change them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from headwater_server.engine.messages.quick_value import quick_value

VISITOR, USER = "visitor", "user"
INCREASE, DECREASE = "increase", "decrease"
METRICS = ("act_rate", "acts", "reward", "purchases", "revenue")
"""Of one exposed visitor: whether there was an act with a reward above 0, how many, the sum of all
rewards, purchases, and price times quantity in one currency."""


@dataclass(frozen=True, slots=True)
class ExperimentArm:
    """A way to answer, and its share of the experiment; no ``policy_id``: the settings in force."""

    arm_id: str
    policy_id: str = ""
    weight: float = 0.5


@dataclass(frozen=True, slots=True)
class Primary:
    """The metric that decides; acts count for so long after the exposure (0: until the end)."""

    metric: str = "act_rate"
    window_minutes: float = 0.0
    direction: str = INCREASE


@dataclass(frozen=True, slots=True)
class GuardRail:
    """A metric that must not become worse, relative to control, than ``worst_relative`` says.

    -0.05 closes an arm that is shown to have lost more than 5 %.
    """

    metric: str
    worst_relative: float = 0.0


@quick_value
class Experiment:
    """Which visitors are shown what; the first arm is control. Times are milliseconds; 0: not set.

    ``layer``: experiments of one layer have different visitors. ``share`` of all units takes part.
    ``visitors_planned``: where the intervals are narrowest; ``visitors_max``: how many may enter.
    """

    experiment_id: str
    arms: tuple[ExperimentArm, ...]
    layer: str = "default"
    salt: str = ""
    unit: str = VISITOR
    placements: tuple[str, ...] = ()
    share: float = 1.0
    primary: Primary = Primary()
    guard_rails: tuple[GuardRail, ...] = ()
    level: float = 0.95
    visitors_planned: int = 10_000
    visitors_max: int = 200_000
    start_time_ms: int = 0
    end_time_ms: int = 0
    currency_code: str = ""
    auto_promote: bool = False

    def canonical(self) -> str:
        """One text for equal experiments: JSON with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Experiment:
        """Read what `canonical` wrote.

        >>> one = Experiment("e1", (ExperimentArm("a"), ExperimentArm("b", "p")))
        >>> Experiment.parse(one.canonical()) == one
        True
        """
        values = json.loads(text)
        values["arms"] = tuple(ExperimentArm(**arm) for arm in values["arms"])
        values["primary"] = Primary(**values["primary"])
        values["guard_rails"] = tuple(GuardRail(**rail) for rail in values["guard_rails"])
        values["placements"] = tuple(values["placements"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class PolicyWrite:
    """Keep a policy: ``overrides`` are settings that change answers only, as a JSON object."""

    policy_id: str
    overrides: str = "{}"
    who: str = ""


@dataclass(frozen=True, slots=True)
class PolicyPromote:
    """Put a policy's overrides over the settings, for everybody.

    An arm of an experiment must prove it, unless there is a ``force_reason``. ``report_digest``
    names the report that was read.
    """

    policy_id: str
    experiment_id: str = ""
    arm_id: str = ""
    report_digest: str = ""
    force_reason: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class PolicyRollback:
    """Take the last promoted policy away, if it is ``policy_id`` ("": whichever it is)."""

    policy_id: str = ""
    reason: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class ExperimentWrite:
    """Begin an experiment, or change what may change while it runs."""

    experiment: Experiment
    who: str = ""


@dataclass(frozen=True, slots=True)
class ExperimentStop:
    """End an experiment, or with ``arm_id`` one of its arms: its visitors get control."""

    experiment_id: str
    arm_id: str = ""
    reason: str = ""
    who: str = ""


PolicyOperation = PolicyWrite | PolicyPromote | PolicyRollback | ExperimentWrite | ExperimentStop
