"""How the server is reached: gRPC's own retries where they are safe, and quick reconnection."""

from __future__ import annotations

import json
from typing import Any

RECOMMEND_TIMEOUT_S = 1.0  # a page is waiting
FEEDBACK_TIMEOUT_S = 5.0  # nobody is

# Reads, and Feedback, whose events carry their ids. UpsertItems is not among them: repeated after a
# lost answer, a write without set_time could undo a newer one.
SAFE_TO_REPEAT = {
    "RecommendationService": ["Recommend", "ListSimilarItems", "ListTrendingItems"],
    "FeedbackService": ["Feedback"],
    "CatalogService": ["GetItem", "ListItems"],
    "UserService": ["GetUser"],
    "ModelService": ["GetModel", "GetMetrics"],
}

RETRY_POLICY = {
    "maxAttempts": 5,  # the most that gRPC allows
    "initialBackoff": "0.05s",
    "maxBackoff": "1s",
    "backoffMultiplier": 3,
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
}


def service_config() -> str:
    """Return gRPC's service config: which methods it may repeat, and when."""
    names = [
        {"service": f"headwater.v1.{service}", "method": method}
        for service, methods in SAFE_TO_REPEAT.items()
        for method in methods
    ]
    return json.dumps({"methodConfig": [{"name": names, "retryPolicy": RETRY_POLICY}]})


def channel_options() -> list[tuple[str, Any]]:
    """Return the options of a channel to Headwater."""
    return [
        ("grpc.enable_retries", 1),
        ("grpc.service_config", service_config()),
        # gRPC waits up to two minutes between attempts to connect; a restart here takes seconds
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 2000),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
    ]
