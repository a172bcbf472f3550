"""The measurements of a replica for /metrics: on a real store, and while that is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.conftest import BACKENDS, running_server, url_of
from tests.integration.replicas import clicks, running_replica
from tests.integration.waiting import PATIENCE_S, eventually


@pytest.mark.parametrize("backend", BACKENDS)
async def test_the_log_and_the_newest_snapshot_are_measured_until_the_store_is_away(
    backend: str, tmp_path: Path
) -> None:
    settings = StorageSettings(store_timeout_ms=1_000)
    async with (
        running_server(backend, tmp_path) as process,
        open_storage(settings, redis_url=url_of(tmp_path)) as storage,
        running_replica(storage, snapshot_entries=1, snapshot_on_stop=False) as replica,
    ):
        await replica.feedback(clicks(1, 2), PATIENCE_S)

        async def snapshot_is_taken() -> bool:
            return (await replica.measurements()).snapshots_taken > 0

        await eventually(snapshot_is_taken)
        standing = await replica.measurements()
        assert standing.reads
        assert standing.writes
        assert standing.entries_applied == standing.entries_at_head == standing.entries_kept
        assert standing.operations_waiting == 0
        assert standing.replicas == {"worker": 1}
        assert not standing.broken
        assert standing.snapshot_age_s is not None
        assert 0 <= standing.snapshot_age_s < 60
        assert standing.snapshot_took_s
        await process.end()

        async def store_is_away() -> bool:
            return not (await replica.measurements()).writes

        await eventually(store_is_away)
        away = await replica.measurements()
        assert away.reads
        assert (away.entries_at_head, away.entries_kept, away.snapshot_age_s) == (None,) * 3
        assert away.entries_applied == standing.entries_applied
