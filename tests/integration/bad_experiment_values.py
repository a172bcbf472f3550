"""What is wrong for each field of the requests about policies and experiments."""

from __future__ import annotations

import math
from typing import Any

from tests.integration.bad_values import (
    ID,
    NUMBER,
    OFFSET,
    PAGE,
    REQUIRED,
    TIME,
    TOKEN,
    Spoil,
    count,
    missing,
    value,
)


def override(name: str, bad: Any) -> Spoil:
    return lambda holder, field: getattr(holder, field).update({name: bad})


NAME = (value("x" * 65), value("a b"), value("é"))
REASON = (value("x" * 1001),)

REFUSED: dict[str, tuple[Spoil, ...]] = {
    "UpsertPolicyRequest.policy": (missing,),
    "Policy.policy_id": (missing, *NAME, value("best")),
    "Policy.overrides": (
        override("rewards", {}), override("colour", "red"), override("diversity", "wild"),
        override("exploration_epsilon", math.nan), override("exploration_epsilon", 2.0),
        override("exploration_epsilon", None), override("rules", [{"kind": "hide"}]),
    ),
    "ListPoliciesRequest.page_size": PAGE,
    "ListPoliciesRequest.page_token": TOKEN,
    "ListPoliciesRequest.min_offset": OFFSET,
    "PromotePolicyRequest.policy_id": REQUIRED,
    "PromotePolicyRequest.force": REASON,
    "ReportReference.experiment_id": (missing,),
    "ReportReference.arm_id": (missing,),
    "RollbackPolicyRequest.policy_id": REQUIRED,
    "RollbackPolicyRequest.reason": REASON,
    "CreateExperimentRequest.experiment": (missing,),
    "Experiment.experiment_id": (missing, *NAME),
    "Experiment.layer": NAME,
    "Experiment.salt": NAME,
    "Experiment.unit": (value(3), value(-1)),
    "Experiment.placements": (value(""), *ID, count(33), count(101)),
    "Experiment.share": (*NUMBER, value(-0.1), value(1.5)),
    "Experiment.arms": (missing, count(9), count(101)),
    "Experiment.primary": (missing,),
    "Experiment.guard_rails": (count(2), count(9), count(101)),
    "Experiment.level": (*NUMBER, value(0.4), value(1.0)),
    "Experiment.visitors_planned": (value(-1), value(10**10)),
    "Experiment.start_time": TIME,
    "Experiment.end_time": TIME,
    "Experiment.visitors_max": (value(-1), value(5_000_000)),
    "Experiment.currency_code": (value("EURO"), value("eur"), value("€")),
    "ExperimentArm.arm_id": (missing, *NAME),
    "ExperimentArm.policy_id": NAME,
    "ExperimentArm.weight": (*NUMBER, value(-1.0)),
    "PrimaryMetric.metric": (missing, value("clicks")),
    "PrimaryMetric.window_minutes": (*NUMBER, value(-1.0), value(1e6)),
    "PrimaryMetric.direction": (value(3), value(-1)),
    "GuardRail.metric": (missing, value("clicks")),
    "GuardRail.worst_relative": (*NUMBER, value(0.1), value(-1.5)),
    "GetExperimentRequest.experiment_id": REQUIRED,
    "GetExperimentRequest.min_offset": OFFSET,
    "ListExperimentsRequest.page_size": PAGE,
    "ListExperimentsRequest.page_token": TOKEN,
    "ListExperimentsRequest.min_offset": OFFSET,
    "StopExperimentRequest.experiment_id": REQUIRED,
    "StopExperimentRequest.arm_id": ID,
    "StopExperimentRequest.reason": (missing, *REASON),
    "GetExperimentReportRequest.experiment_id": REQUIRED,
    "GetExperimentReportRequest.as_of": OFFSET,
    "GetExperimentReportRequest.min_offset": OFFSET,
    "ListEvaluationsRequest.page_size": PAGE,
    "ListEvaluationsRequest.page_token": (*TOKEN, value("Ym9vdHMtNw")),
    "ListEvaluationsRequest.view": (value(3), value(-1)),
    "AssignArmsRequest.visitor_id": REQUIRED,
    "AssignArmsRequest.user_id": ID,
    "AssignArmsRequest.placement": ID,
    "AssignArmsRequest.min_offset": OFFSET,
}  # fmt: skip
"""INVALID_ARGUMENT, with the field, and nothing done."""

UNBOUNDED = {
    "PromotePolicyRequest.require_report",  # this or `force`, see test_experiments.py
    "Experiment.auto_promote",  # yes or no
    *(f"Policy.{name}" for name in ("update_time", "experiment_ids", "promoted", "who")),
    *(f"ExperimentArm.{name}" for name in ("close_reason", "close_time", "visitors")),
    *(
        f"Experiment.{name}"
        for name in (
            "state",
            "create_time",
            "stop_time",
            "stop_reason",
            "winner_arm_id",
            "layer_ranges",
            "verdict",
            "full",
            "who",
        )
    ),
    *(f"LayerRange.{name}" for name in ("start", "end")),  # as those before: only in answers
}
"""Fields that any value may be in."""
