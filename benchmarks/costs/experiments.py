"""The most expensive requests about policies and experiments that are allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.costs.shop import REGULAR
from headwater.v1 import experiment_pb2, policy_pb2
from headwater.v1 import experiment_service_pb2 as api

POLICIES, ARMS = 60, 8
RULES: Any = [
    {"kind": "boost", "weight": 1.5, "filter": f'categories: ANY("c{n}") AND price < {n}.5'}
    for n in range(200)
]


def experiments() -> Iterator[tuple[str, str, Any]]:
    """Yield (method, name, message): first the writes, which the reads then find."""
    for n in range(POLICIES):
        policy = policy_pb2.Policy(policy_id=f"policy-{n}")
        policy.overrides.update({"rules": RULES})
        yield "UpsertPolicy", "200 rules", api.UpsertPolicyRequest(policy=policy)
    arms = [
        experiment_pb2.ExperimentArm(arm_id=f"arm-{n}", policy_id=f"policy-{n}" if n else "")
        for n in range(ARMS)
    ]
    primary = experiment_pb2.PrimaryMetric(metric="act_rate")
    wanted = experiment_pb2.Experiment(experiment_id="all", arms=arms, primary=primary)
    yield "CreateExperiment", "8 arms", api.CreateExperimentRequest(experiment=wanted)
    yield "ListPolicies", "500 a page", api.ListPoliciesRequest(page_size=500)
    yield "ListExperiments", "", api.ListExperimentsRequest()
    yield "GetExperimentReport", "8 arms", api.GetExperimentReportRequest(experiment_id="all")
    yield "AssignArms", "", api.AssignArmsRequest(visitor_id=REGULAR)
