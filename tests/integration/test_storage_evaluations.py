from __future__ import annotations

import asyncio

import pytest

from headwater_server.replica.ports.evaluations import StoredEvaluation
from headwater_server.storage.kept.evaluations import EVALUATIONS_MAX, REPORT_BYTES_MAX
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage


def report(name: str, time_ms: int, text: str = "{}") -> StoredEvaluation:
    return StoredEvaluation(name, time_ms, text)


async def test_the_oldest_report_is_deleted_with_its_key(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    names = [f"policy-{number}" for number in range(EVALUATIONS_MAX + 3)]
    async with asyncio.TaskGroup() as group:
        for number, name in enumerate(names):
            group.create_task(storage.evaluations.put(report(name, number)))
    kept = [one.name for one in await storage.evaluations.newest(99)]
    assert kept == names[:2:-1]
    first = Keys(settings.catalogue).evaluation(names[0])
    assert await store.call("EXISTS", first) == 0


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "a:b", "é"])
async def test_a_name_that_is_no_key_is_refused(storage: Storage, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        await storage.evaluations.put(report(name, 1))


async def test_a_report_that_is_too_long_is_refused(storage: Storage) -> None:
    with pytest.raises(ValueError, match="fewer policies"):
        await storage.evaluations.put(report("warm", 1, "x" * (REPORT_BYTES_MAX + 1)))
    assert await storage.evaluations.newest(99) == []


@pytest.mark.parametrize("place", ["x", "1", ":a", "-1:a", "9" * 20 + ":a"])
async def test_a_place_that_is_none_is_refused(storage: Storage, place: str) -> None:
    with pytest.raises(ValueError, match="not a place"):
        await storage.evaluations.newest(9, after=place)
