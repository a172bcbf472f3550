"""The sink is killed, and so is the broker: all comes once."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from headwater_server.replica.ports.position import START
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage
from tests.integration.conftest import url_of
from tests.integration.sinking import act, append, committed, has, places, running
from tests.integration.waiting import eventually
from tests.kafka.brokers import Brokers


@pytest.fixture
def prefix(settings: StorageSettings) -> str:
    return settings.catalogue


SMALL = """
from headwater_server.sinks import writing
from headwater_server.cli import main
writing.BATCH_RECORDS = 50
main()
"""


@pytest.mark.thorough
async def test_killed_three_times_while_it_writes_it_doubles_and_loses_nothing(
    storage: Storage, brokers: Brokers, prefix: str, server_dir: Path
) -> None:
    for start in range(0, 10_000, 100):
        await append(storage, *(act(n) for n in range(start, start + 100)))
    place = ("--redis-url", url_of(server_dir), "--catalogue", storage.settings.catalogue)
    command = (sys.executable, "-c", SMALL, "sink", brokers.url(prefix), *place)
    for aim in (500, 2_000, 4_000):
        process = await asyncio.create_subprocess_exec(*command, stderr=PIPE)
        await eventually(lambda aim=aim: has(brokers, prefix, aim))
        assert process.returncode is None, (await process.communicate())[1].decode()
        process.kill()
        await process.communicate()
    assert len(await committed(brokers, f"{prefix}.outcomes")) < 10_000, "faster than the kill"
    process = await asyncio.create_subprocess_exec(*command, "--once", stdout=PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert "the sink is at entry 100" in said.decode()
    found = await committed(brokers, f"{prefix}.outcomes")
    assert places(found) == [(sequence, n) for sequence in range(1, 101) for n in range(100)]
    on_log = [entry.position.sequence async for entry in storage.log.iterate(START)]
    assert len(on_log) == 100


@pytest.mark.thorough
async def test_a_broker_that_dies_is_waited_for_and_nothing_is_doubled(
    storage: Storage, brokers: Brokers, prefix: str
) -> None:
    await append(storage, act(1))
    following = asyncio.create_task(running(storage, brokers, prefix).forever())
    await eventually(lambda: has(brokers, prefix, 1))
    await asyncio.to_thread(brokers.nodes[0].kill)
    for number in range(2, 40):
        await append(storage, act(number))
    await asyncio.to_thread(brokers.restart, brokers.nodes[0])
    await eventually(lambda: following.done() or has(brokers, prefix, 39))
    assert not following.done(), following.exception()
    following.cancel()
    found = places(await committed(brokers, f"{prefix}.outcomes"))
    assert found == [(sequence, 0) for sequence in range(1, 40)]
