"""What is beside the log, in S3: a real server of its protocol, conditional writes and all."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.errors import NotPermitted, StoreRefused, StoreUnavailable
from headwater_server.replica.faults import DamagedSnapshot
from headwater_server.replica.ports.evaluations import StoredEvaluation
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.quarantine import RejectedEvent
from headwater_server.replica.ports.registry import WORKER, ReplicaReport
from headwater_server.replica.ports.snapshots import SnapshotMeta
from headwater_server.storage.objects.opening import Objects, open_objects
from headwater_server.storage.settings import StorageSettings
from tests.integration.api_server import free_port
from tests.integration.waiting import PATIENCE_S, STORE_TIMEOUT_MS

pytestmark = pytest.mark.thorough  # store_suite runs the same on a directory
HERE = Path(__file__).resolve().parents[2]
BUCKET = "shop"
SETTINGS = StorageSettings(catalogue="shoes", store_timeout_ms=STORE_TIMEOUT_MS)
AT = Position("7@1700000000000", 7)


def program() -> Path:
    sys.path.insert(0, str(HERE / "scripts"))
    try:
        from s3_server import NoServer, s3_server
    finally:
        sys.path.pop(0)
    try:
        return s3_server()
    except NoServer as error:
        pytest.skip(f"no S3 server: {error}")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    port = free_port()
    command = [str(program()), "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url, end_s = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE_S
    try:
        while True:
            with suppress(OSError):
                create = urllib.request.Request(f"{url}/{BUCKET}", method="PUT")
                urllib.request.urlopen(create).close()
                break
            assert time.monotonic() < end_s
            time.sleep(0.05)
        yield url
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def objects(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Objects:
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "key", "AWS_REGION": "eu-west-1",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return open_objects(f"s3://{BUCKET}/{request.node.name}", SETTINGS, contains)


async def contains(position: Position) -> bool:
    return position == AT or position.sequence < AT.sequence


async def head() -> Position:
    return AT


def meta(sequence: int) -> SnapshotMeta:
    return SnapshotMeta(replace(AT, sequence=sequence), 3, "0.26.1", "{}", 5)


async def test_snapshots_are_whole_or_refused_and_the_newest_are_kept(objects: Objects) -> None:
    parts = [("weights", list(range(300_000))), ("none", None)]
    for sequence in (5, 6, 7):
        assert await objects.snapshots.save(meta(sequence), parts)
    assert not await objects.snapshots.save(meta(6), parts)
    newest, before = await objects.snapshots.published()
    assert (newest.position.sequence, before.position.sequence) == (7, 6)
    assert await objects.snapshots.load(newest) == parts
    name = f"snapshots/{newest.snapshot_id}/000000"
    content = await objects.bucket.get(name) or b""
    await objects.bucket.put(name, content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DamagedSnapshot, match="chunk 0 differs"):
        await objects.snapshots.load(newest)
    assert await objects.snapshots.load(before) == parts


async def test_of_two_operators_that_rotate_at_once_none_loses_a_key(objects: Objects) -> None:
    """Two processes: what keeps them apart is the condition of the write."""
    other = open_objects(_url(objects), SETTINGS, contains).ring()
    ring = objects.ring()
    await ring.read()
    await asyncio.gather(*(
        one.rotate(now_ms=1_000 * n, token_ms=3_600_000)
        for n, one in enumerate((ring, other, ring, other), 1)
    ))  # fmt: skip
    keys = [one.key.key_id for one in await ring.read()]
    assert sorted(keys) == [0, 1, 2, 3, 4]


def _url(objects: Objects) -> str:
    return f"s3://{BUCKET}/{objects.bucket._store.prefix}"


async def test_rejected_events_reports_and_replicas_are_there_for_another_process(
    objects: Objects,
) -> None:
    other = open_objects(_url(objects), SETTINGS, contains)
    rejected = [RejectedEvent(Event(f"e{n}", "click", "v"), "because") for n in range(40)]
    assert await objects.quarantine().put(rejected) == 40
    assert await other.quarantine().put(rejected[:3]) == 40
    assert {one.event_id for one in await other.quarantine().newest(99)} == {
        one.event.event_id for one in rejected
    }
    await objects.evaluations().put(StoredEvaluation("warm", 2, "{}"))
    assert await other.evaluations().newest(9) == [StoredEvaluation("warm", 2, "{}")]
    one = ReplicaReport("h-1-aa", "h", 1, WORKER, Position("5@1", 5), 2, "0.26.1")
    await objects.replicas(head).report(one)
    (found,) = await other.replicas(head).reports()
    assert (found.report.position, found.head) == (one.position, AT)
    assert [report.pid for report in await other.replicas(head).live(60_000)] == [1]


async def test_a_bucket_that_is_not_there_or_does_not_answer_is_named(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises((StoreRefused, NotPermitted), match="no such bucket"):
        await open_objects("s3://no-such-bucket/x", SETTINGS, contains).bucket.put("a", b"")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    quick = replace(SETTINGS, store_timeout_ms=100)
    with pytest.raises(StoreUnavailable, match="object store of snapshots does not answer"):
        await open_objects(f"s3://{BUCKET}/x", quick, contains).snapshots.published()
