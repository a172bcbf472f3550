"""Row 21: servers that read a source are killed meanwhile; each message counts once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.conftest import running_server, url_of
from tests.integration.waiting import STORE_TIMEOUT_MS, eventually
from tests.kafka.brokers import running_brokers
from tests.system.crash.oracle import fold_of, verdict
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

pytestmark = pytest.mark.thorough  # tests/integration/sources has the fast ones
KILLS, BETWEEN = 3, 200
SETTINGS = StorageSettings(store_timeout_ms=STORE_TIMEOUT_MS)
Send = Callable[[bytes], Awaitable[str]]


class Producer:
    """Sends events until it is stopped; ``sent`` are the ids that the log must have, once each."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._task: asyncio.Task[None] | None = None
        self._is_over = False
        self.sent: list[str] = []

    async def run(self) -> None:
        while not self._is_over:  # a cancelled send may have sent
            number = len(self.sent)
            items = [{"itemId": f"i{number % 50}"}]
            event = {"eventType": "click", "visitorId": f"v{number % 90}", "items": items}
            self.sent.append(await self._send(json.dumps(event).encode()))
            await asyncio.sleep(0.005)  # the machine may be busy

    async def reaches(self, more: int) -> None:
        aim = len(self.sent) + more
        await eventually(lambda: len(self.sent) >= aim or self._ended())

    def _ended(self) -> bool:
        """Raise what ended the sending."""
        if self._task is not None and self._task.done():
            self._task.result()
        return False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Producer]:
        self._task = task = asyncio.create_task(self.run())
        try:
            yield self
        finally:
            self._is_over = True
            await task


async def killed_while_reading(path: Path, asked: str, send: Send, seed: int, tally) -> None:
    """Kill one of two servers, three times, while messages come; then hold both against the log."""
    rng, url = Random(seed), url_of(path)
    flags = ("--sources", asked, "--snapshot-entries", "50")
    pair = [Server(path / name, *flags, redis_url=url) for name in ("a", "b")]
    producer = Producer(send)
    async with serving(*pair):
        async with producer.running():
            for _ in range(KILLS):
                await producer.reaches(rng.randrange(BETWEEN // 2, BETWEEN))
                victim = rng.choice(pair)
                await victim.kill_and_wait()
                await producer.reaches(BETWEEN // 4)
                await victim.start()

        async def read_by_all() -> bool:
            models = [await one.model(compute_digest=False) for one in pair]
            return {one.counts["events_learned"] for one in models} == {len(producer.sent)}

        await eventually(read_by_all)
        models = [await one.model() for one in pair]
    async with open_storage(SETTINGS, redis_url=url) as storage:
        whole = await fold_of(storage, {model.offset for model in models})
    found = verdict(producer.sent, models, whole)
    tally(
        21, seed, faults=KILLS, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert set(whole.taught) == set(producer.sent)
    messages = [state.messages for state in whole.engine.lookups.sources().values()]
    assert sum(messages) == len(producer.sent)


@pytest.mark.parametrize("seed", seeds(1))
@pytest.mark.parametrize("backend", ["valkey", "redis"])
async def test_a_redis_stream(backend: str, seed: int, tmp_path: Path, tally) -> None:
    async with running_server(backend, tmp_path):
        store = Store(url_of(tmp_path), SETTINGS)

        async def send(value: bytes) -> str:
            entry = await store.call("XADD", "shop", "*", "event", value)
            return f"clicks:0:{entry.decode()}"

        try:
            asked = f"clicks={url_of(tmp_path)}?stream=shop"
            await killed_while_reading(tmp_path, asked, send, seed, tally)
        finally:
            await store.close()


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_topic_of_kafka(seed: int, tmp_path: Path, tally) -> None:
    with running_brokers() as brokers:
        admin = AIOKafkaAdminClient(bootstrap_servers=brokers.addresses)
        await admin.start()
        await admin.create_topics([NewTopic("shop", 2, 1)])
        await admin.close()
        producer = AIOKafkaProducer(bootstrap_servers=brokers.addresses)
        await producer.start()

        async def send(value: bytes) -> str:
            at = await producer.send_and_wait("shop", value)
            return f"clicks:{at.partition}:{at.offset}"

        try:
            async with running_server("valkey", tmp_path):
                asked = f"clicks={brokers.url('shop')}"
                await killed_while_reading(tmp_path, asked, send, seed, tally)
        finally:
            await producer.stop()
