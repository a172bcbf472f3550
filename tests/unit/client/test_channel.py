from __future__ import annotations

import json

import headwater.v1.audit_service_pb2 as audit
import headwater.v1.catalog_service_pb2 as catalog
import headwater.v1.experiment_service_pb2 as experiment
import headwater.v1.feedback_service_pb2 as feedback
import headwater.v1.model_service_pb2 as model
import headwater.v1.recommendation_service_pb2 as recommendation
import headwater.v1.rule_service_pb2 as rule
import headwater.v1.user_service_pb2 as user
from headwater.channel import service_config


def test_only_calls_that_exist_and_are_safe_are_repeated() -> None:
    files = [audit, catalog, experiment, feedback, model, recommendation, rule, user]
    services = [s for file in files for s in file.DESCRIPTOR.services_by_name.values()]
    known = {(service.full_name, method.name) for service in services for method in service.methods}
    configs = json.loads(service_config())["methodConfig"]
    repeated = {(name["service"], name["method"]) for config in configs for name in config["name"]}
    assert repeated <= known
    assert ("headwater.v1.FeedbackService", "Feedback") in repeated
    assert ("headwater.v1.CatalogService", "UpsertItems") not in repeated
