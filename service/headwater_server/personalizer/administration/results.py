"""An evaluation in Personalizer's forms: that of v1.0 and v1.1, and that of 2022-09-01."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from headwater_server.personalizer.administration.evaluations import (
    FAILED,
    RUNNING,
    SUCCEEDED,
    Evaluation,
)
from headwater_server.personalizer.administration.policies import toml_of
from headwater_server.personalizer.administration.times import iso

_V1 = {RUNNING: "pending", SUCCEEDED: "completed", FAILED: "failed"}
_SOURCES = {"Online": "Online", "baseline": "Baseline", "random": "Random"}
_NAMES = {"baseline": "Baseline", "random": "Random", "champion": "Shown"}


def in_v1(evaluation: Evaluation, *, results: bool = True) -> dict[str, Any]:
    """Return it as v1.0 and the previews of v1.1 do; ``results``: with the policies' figures."""
    found = {**_about(evaluation), "jobId": evaluation.evaluation_id}
    found["status"] = _V1[evaluation.status]
    if results:
        found["policyResults"] = [_policy_v1(evaluation, one) for one in _policies(evaluation)]
    return found


def in_2022(evaluation: Evaluation, *, results: bool = True) -> dict[str, Any]:
    """Return it as 2022-09-01-preview does."""
    found = {**_about(evaluation), "status": evaluation.status}
    if results:
        found["content"] = {
            "startTime": iso(evaluation.start_ms),
            "endTime": iso(evaluation.end_ms),
            "value": [_policy_2022(evaluation, one) for one in _policies(evaluation)],
        }
    return found


def _about(evaluation: Evaluation) -> dict[str, Any]:
    found = {
        "id": evaluation.evaluation_id,
        "name": evaluation.name,
        "startTime": iso(evaluation.start_ms),
        "endTime": iso(evaluation.end_ms),
        "creationTime": iso(evaluation.created_ms),
        "evaluationType": "Manual",
    }
    if evaluation.description:
        found["description"] = evaluation.description
    best = _best(evaluation)
    return {**found, "optimalPolicy": best} if best else found


def _best(evaluation: Evaluation) -> str:
    """Return the policy with the highest value of those that are better than what was shown."""
    better = [one for one in _policies(evaluation) if one["verdict"] == "better"]
    top = max(better, key=lambda one: one["value"], default=None)
    return _name(top) if top else ""


def _policies(evaluation: Evaluation) -> list[Mapping[str, Any]]:
    return list(evaluation.report["policies"]) if evaluation.report else []


def _name(figure: Mapping[str, Any]) -> str:
    name = str(figure["policy"])
    return _NAMES.get(name, name)


def _named(evaluation: Evaluation, figure: Mapping[str, Any]) -> dict[str, Any]:
    name = str(figure["policy"])
    return {
        "name": _name(figure),
        "arguments": toml_of(evaluation.policies.get(name, {})),
        "policySource": _SOURCES.get(name, "Custom"),
        "verdict": figure["verdict"],  # ours, as the next one
        "problems": figure["problems"],
    }


def _policy_v1(evaluation: Evaluation, figure: Mapping[str, Any]) -> dict[str, Any]:
    summary = _summary(evaluation, figure)
    return {**_named(evaluation, figure), "summary": [summary], "totalSummary": summary}


def _summary(evaluation: Evaluation, figure: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sums that Personalizer's estimators are made of, as far as there are figures."""
    found: dict[str, Any] = {"timeStamp": iso(evaluation.end_ms), "aggregateTimeWindow": "P1D"}
    if figure["value"] is None:
        return found
    answers, weight = figure["answers"], figure["answers"] * figure["mean_weight"]
    found |= {
        "averageReward": figure["value"],
        "ipsEstimatorNumerator": figure["value"] * weight,
        "ipsEstimatorDenominator": answers,
        "snipsEstimatorDenominator": weight,
    }
    ends = figure["interval"]
    if ends and None not in ends:
        found["confidenceInterval"] = math.fsum((ends[1], -ends[0])) / 2.0
    return found


def _policy_2022(evaluation: Evaluation, figure: Mapping[str, Any]) -> dict[str, Any]:
    summary: dict[str, Any] = {}
    if figure["value"] is not None:
        summary["expectedReward"] = figure["value"]
        summary["confidenceInterval"] = figure["interval"] or []
    return {
        **_named(evaluation, figure),
        "slotId": "",
        "summary": summary,
        "timeseries": {"data": [{"timeStamp": iso(evaluation.end_ms), **summary}]},
    }
