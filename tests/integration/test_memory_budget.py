from __future__ import annotations

import structlog

from headwater_server.storage.storage import Storage
from tests.integration.replicas import running_replica


async def test_a_budget_is_reported_with_the_use_and_warned_of_once(storage: Storage) -> None:
    with structlog.testing.capture_logs() as lines:
        async with running_replica(storage, memory_budget_mb=1) as replica:
            counts = (await replica.model(compute_digest=False)).counts
            assert (await replica.measurements()).counts["memory_budget_bytes"] == 1_000_000
    assert counts["memory_budget_bytes"] == 1_000_000 < counts["memory_process_bytes"]
    assert [line["event"] for line in lines if line["log_level"] == "warning"].count(
        "the process uses more memory than memory_budget_mb"
    ) == 1


async def test_without_a_budget_nothing_is_warned_of(storage: Storage) -> None:
    with structlog.testing.capture_logs() as lines:
        async with running_replica(storage) as replica:
            counts = (await replica.model(compute_digest=False)).counts
    assert counts["memory_budget_bytes"] == 0 < counts["memory_process_bytes"]
    assert not [line for line in lines if "memory" in line["event"]]
