"""Settings of the gRPC channel: retries where they are safe, and quick reconnection."""

from __future__ import annotations

import json
from typing import Any

from headwater.loopback import is_loopback

RECOMMEND_TIMEOUT_S = 1.0  # a page waits for the answer
FEEDBACK_TIMEOUT_S = 5.0  # no page waits for the answer

# UpsertItems is in neither list: if it is repeated after a lost answer, a write without set_time
# could undo a newer one.
READS = {
    "RecommendationService": ["Recommend", "ListSimilarItems", "ListTrendingItems"],
    "CatalogService": ["GetItem", "ListItems"],
    "UserService": ["GetUser", "ListVisitors"],
    "ModelService": ["GetModel", "GetMetrics"],
    "ExperimentService": [
        "ListPolicies",
        "GetExperiment",
        "ListExperiments",
        "GetExperimentReport",
        "ListEvaluations",
        "AssignArms",
    ],
    "RuleService": ["ListRules", "ListRuleChanges", "PreviewRules"],
    "AuditService": ["ListAuditEntries"],
}
WRITES = {
    "FeedbackService": ["Feedback"],  # safe, since each event carries its id
    "UserService": ["EraseUser", "UnlinkVisitor"],  # safe: done twice is the same as once
    # safe: what was learned is not learned again, and what is gone is no error
    "ModelService": ["ReplayQuarantinedEvents", "DropQuarantinedEvents", "EndSession"],
    "ExperimentService": [  # safe: what is done already is not done again
        "UpsertPolicy",
        "PromotePolicy",
        "RollbackPolicy",
        "CreateExperiment",
        "StopExperiment",
    ],
    "RuleService": ["UpsertRule", "DeleteRule", "RestoreRule"],
}


def service_config() -> str:
    """Return gRPC's service config: which methods it may repeat, and when."""
    return json.dumps(
        {
            "methodConfig": [
                # about 0.35 s in all: a server that is down is reported within a second
                _policy(READS, tries_max=4, first_s=0.05, multiplier=2),
                # about 2.3 s in all: long enough for a restart
                _policy(WRITES, tries_max=5, first_s=0.1, multiplier=3),
            ]
        }
    )


def _policy(
    methods: dict[str, list[str]], *, tries_max: int, first_s: float, multiplier: int
) -> dict[str, Any]:
    return {
        "name": [
            {"service": f"headwater.v1.{service}", "method": name}
            for service, names in methods.items()
            for name in names
        ],
        "retryPolicy": {
            "maxAttempts": tries_max,
            "initialBackoff": f"{first_s}s",
            "maxBackoff": "1s",
            "backoffMultiplier": multiplier,
            # CANCELLED by the server: the call arrived while it stopped, and was not processed
            "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "CANCELLED"],
        },
    }


def channel_options(target: str) -> list[tuple[str, Any]]:
    """Return the options of a channel to ``target``."""
    return [
        ("grpc.enable_retries", 1),
        ("grpc.service_config", service_config()),
        # gRPC waits up to two minutes between attempts to connect; a restart here takes seconds
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 2000),
        # a dead connection is found within 13 s, also while no call is made
        ("grpc.keepalive_time_ms", 10_000),
        ("grpc.keepalive_timeout_ms", 3_000),
        ("grpc.http2.ping_timeout_ms", 3_000),  # a minute by default, whatever keepalive says
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),  # no limit; the server allows one in 5 s
        ("grpc.max_receive_message_length", -1),  # the server limits its answers
        # gRPC would send calls to this machine to the proxy of http_proxy, which cannot reach it
        *([("grpc.enable_http_proxy", 0)] if is_loopback(target) else []),
    ]


def metadata(key: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of each call; `ValueError` if a header cannot carry the key.

    >>> metadata("s3cret")
    (('authorization', 'Bearer s3cret'),)
    """
    if not key:
        return ()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ValueError("a key has printable ASCII characters only, and no spaces")
    return (("authorization", f"Bearer {key}"),)
