"""A store that fails over: nothing promised is lost, and nobody restarts a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.crash.real_store import BACKENDS
from tests.system.failover.rows import CLUSTER_FAULTS, FAULTS, cluster_row, sentinel_row


async def test_a_planned_failover_loses_nothing_that_all_replicas_confirm(tmp_path: Path) -> None:
    found = await sentinel_row("planned", 2, "redis", tmp_path)
    found.check(may_lose=False)


async def test_a_slot_moves_while_events_are_written(tmp_path: Path) -> None:
    found = await cluster_row("slot moved", "valkey", tmp_path)
    found.check(may_lose=False)


@pytest.mark.thorough
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("fault", FAULTS)
async def test_each_fault_under_sentinels(
    fault: str, replicas: int, backend: str, tmp_path: Path
) -> None:
    found = await sentinel_row(fault, replicas, backend, tmp_path, servers=2)
    found.check(may_lose=replicas < 2)


@pytest.mark.thorough
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("fault", CLUSTER_FAULTS)
async def test_each_fault_of_a_cluster(fault: str, backend: str, tmp_path: Path) -> None:
    found = await cluster_row(fault, backend, tmp_path, servers=2)
    found.check(may_lose=False)
