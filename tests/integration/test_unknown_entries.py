"""Row 9, the log's half: what this build cannot read stops a replica loudly; none skips it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.errors import StoreUnavailable
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.replica.faults import UnreadableEntry
from headwater_server.replica.ports.position import time_ms_of
from headwater_server.replica.replica import Replica
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.codecs.entry_codec import encode_operations
from headwater_server.storage.storage import Storage
from tests.integration.recorded import put_payload
from tests.integration.replicas import QUESTION, click, clicks, running_replica, started_replica
from tests.integration.waiting import eventually

ROW = 9
GOOD = encode_operations([click(7)])
A_KIND_OF_TOMORROW = b"\x1a\x04\xfa\x3f\x01x"  # an operation that holds only field 1023
A_FIELD_OF_TOMORROW = b"\x1a\x09\x0a\x07\x0a\x01e\xfa\x3f\x01x"  # an event "e" with field 1023


def _settings(text: str) -> bytes:
    change = pb.Operation(settings_change=pb.SettingsChange(settings=text))
    return pb.Entry(version=1, operations=[change]).SerializeToString()


UNKNOWN = {
    "a version of tomorrow": (pb.Entry(version=3).SerializeToString(), "has version 3, this build"),
    "no version": (b"", "has version 0, this build reads 2 and older"),
    "a kind of tomorrow": (b"\x08\x01" + A_KIND_OF_TOMORROW, "a kind that this build does not"),
    "a kind of tomorrow behind a click": (GOOD + A_KIND_OF_TOMORROW, "a kind that this build"),
    "a field of tomorrow in an event": (
        b"\x08\x01" + A_FIELD_OF_TOMORROW,
        "a field that this build does not",
    ),
    "a setting of tomorrow": (_settings('{"tomorrow":1}'), "unknown engine settings: tomorrow"),
    "settings that are no JSON": (_settings("{"), "settings that this build does not know"),
    "no entry at all": (b"\xff\xff\xff", "the payload is not an entry"),
}
EACH = pytest.mark.parametrize(("payload", "reason"), UNKNOWN.values(), ids=UNKNOWN)


@asynccontextmanager
async def two(storage: Storage) -> AsyncIterator[list[Replica]]:
    options = {"engine_type": Engine, "snapshot_on_stop": False}
    async with (
        running_replica(storage, **options) as one,
        running_replica(storage, **options) as other,
    ):
        yield [one, other]


@EACH
async def test_it_stops_every_replica_with_the_reason_and_reads_go_on(
    storage: Storage, tally, payload: bytes, reason: str
) -> None:
    async with two(storage) as replicas:
        done = await replicas[0].feedback(clicks(1, 2, 3), 60)
        position = await put_payload(storage, time_ms_of(done.offset) + 1, payload)
        behind = await storage.log.append([encode_operations([click(9)])])
        expected, _ = await fold(storage.log, Engine, until=done.offset)
        for replica in replicas:
            await eventually(lambda replica=replica: replica.own.health.fault)
            assert reason in replica.own.health.fault
            assert f"UnreadableEntry: entry {position.offset}: " in replica.own.health.fault
            with pytest.raises(StoreUnavailable, match="entry"):
                await replica.feedback([(click(5), "")], 30)
            await replica.recommend(QUESTION, min_offset=done.offset, time_remaining_s=30)
            # neither what stood beside it in its entry nor what came behind it was learned
            found = await replica.model(compute_digest=True)
            assert (found.offset, found.digest) == (done.offset, expected.digest())
        assert await storage.log.head() == behind
    tally(ROW, 0, faults=1, acknowledged=3)


@EACH
async def test_a_replica_does_not_start_on_it_and_no_fold_goes_past_it(
    storage: Storage, payload: bytes, reason: str
) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        done = await replica.feedback(clicks(1), 60)
    position = await put_payload(storage, time_ms_of(done.offset) + 1, payload)
    for starting in (started_replica(storage, engine_type=Engine), fold(storage.log, Engine)):
        with pytest.raises(UnreadableEntry, match=reason) as stopped:
            await starting
        assert str(stopped.value).startswith(f"entry {position.offset}: ")
    assert await storage.replicas.live(60_000) == []


async def test_a_state_that_stopped_is_never_kept(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        done = await replica.feedback(clicks(1), 60)
        await put_payload(storage, time_ms_of(done.offset) + 1, b"")
        await eventually(lambda: replica.own.health.fault)
    assert await storage.snapshots.published() == []
