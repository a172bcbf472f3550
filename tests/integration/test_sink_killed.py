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
from tests.integration.sinking import (
    KINDS,
    Into,
    IntoKafka,
    act,
    append,
    has,
    places,
    running,
    sink_into,
)
from tests.integration.waiting import eventually
from tests.kafka.brokers import Brokers


@pytest.fixture(params=KINDS)
def into(request: pytest.FixtureRequest, settings: StorageSettings, server_dir: Path) -> Into:
    return sink_into(request.param, request, settings.catalogue, server_dir)


# a pause after each batch, so that the sink is not at the end before anybody has looked at it
SMALL = """
import asyncio
from headwater_server.sinks import writing
from headwater_server.cli import main

async def put(self, records, mark, put=writing.Writing._put):
    await put(self, records, mark)
    await asyncio.sleep(0.03)

writing.BATCH_RECORDS, writing.Writing._put = 50, put
main()
"""


@pytest.mark.thorough
async def test_killed_three_times_while_it_writes_it_doubles_and_loses_nothing(
    storage: Storage, into: Into, server_dir: Path
) -> None:
    for start in range(0, 10_000, 100):
        await append(storage, *(act(n) for n in range(start, start + 100)))
    place = ("--redis-url", url_of(server_dir), "--catalogue", storage.settings.catalogue)
    command = (sys.executable, "-c", SMALL, "sink", into.url, *place)
    for aim in (500, 2_000, 4_000):
        process = await asyncio.create_subprocess_exec(*command, stderr=PIPE)
        await eventually(lambda aim=aim: has(into, aim))
        assert process.returncode is None, (await process.communicate())[1].decode()
        process.kill()
        await process.communicate()
    assert len(await into.has("outcomes")) < 10_000, "faster than the kill"
    process = await asyncio.create_subprocess_exec(*command, "--once", stdout=PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert "the sink is at entry 100" in said.decode()
    found = await into.has("outcomes")
    assert places(found) == [(sequence, n) for sequence in range(1, 101) for n in range(100)]
    on_log = [entry.position.sequence async for entry in storage.log.iterate(START)]
    assert len(on_log) == 100


@pytest.mark.thorough
async def test_a_broker_that_dies_is_waited_for_and_nothing_is_doubled(
    storage: Storage, brokers: Brokers, settings: StorageSettings
) -> None:
    await append(storage, act(1))
    into = IntoKafka(brokers, settings.catalogue)
    following = asyncio.create_task(running(storage, into).forever())
    await eventually(lambda: has(into, 1))
    await asyncio.to_thread(brokers.nodes[0].kill)
    for number in range(2, 40):
        await append(storage, act(number))
    await asyncio.to_thread(brokers.restart, brokers.nodes[0])
    await eventually(lambda: following.done() or has(into, 39))
    assert not following.done(), following.exception()
    following.cancel()
    found = places(await into.has("outcomes"))
    assert found == [(sequence, 0) for sequence in range(1, 40)]
