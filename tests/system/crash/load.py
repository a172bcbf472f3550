"""Shoppers who do not give up: each batch is sent, by the same ids, until it is acknowledged."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from random import Random

from headwater import AsyncClient, Event, EventStatus, HeadwaterError, Item
from headwater.errors import DeadlineExceededError, OverloadedError, UnavailableError
from tests.integration.waiting import PATIENCE_S, eventually

AWAY = (UnavailableError, OverloadedError, DeadlineExceededError)  # worth another try
ITEMS, VISITORS = 50, 400  # so many visitors that none is taken for a robot
TYPES = ("click", "view", "add-to-cart", "purchase", "dismiss")
TIMEOUT_S = 3.0
PAUSE_S = 0.05
LEARNED = {EventStatus.CREATED, EventStatus.EXISTS}


class Load:
    """Clients that send feedback until they are stopped; made and ended by `load_on`."""

    def __init__(self, addresses: Sequence[str], seed: int, *, batch: int, key: str) -> None:
        self._addresses = addresses
        self._key = key
        self._seed = seed
        self._batch = batch
        self.acknowledged: dict[str, Event] = {}
        self.statuses: Counter[EventStatus] = Counter()
        self.retries = 0
        self.errors: Counter[str] = Counter()  # what the retries were for
        self.is_stopping = False

    async def reaches(self, more: int, seconds: float = PATIENCE_S) -> None:
        """Return when so many more events have been acknowledged."""
        aim = len(self.acknowledged) + more
        await eventually(lambda: len(self.acknowledged) >= aim, seconds)

    def _client(self, address: str) -> AsyncClient:
        return AsyncClient(address, key=self._key)

    async def fill_catalogue(self) -> None:
        """Give every shopper something to turn to."""
        async with self._client(self._addresses[0]) as client:
            items = [Item(f"i{n}", title=f"Item {n}") for n in range(ITEMS)]
            await client.upsert_items(items)

    async def shop(self, number: int) -> None:
        """Be one client, until stopped; end with all that was sent acknowledged."""
        rng, sent = Random(f"{self._seed}:{number}"), 0
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(self._client(a)) for a in self._addresses]
            clients = clients[number % len(clients) :] + clients[: number % len(clients)]
            while not self.is_stopping:
                slate = await self._look(clients[0], rng) if rng.random() < 0.2 else []
                events = [self._act(rng, f"{number}-{sent + n}") for n in range(self._batch)]
                sent += len(events)
                await self._send(clients, [*slate, *events])

    async def _look(self, client: AsyncClient, rng: Random) -> list[Event]:
        """Ask for a list and say that its first slots were seen; nothing if nobody answers."""
        visitor = f"v{rng.randrange(VISITORS)}"
        with suppress(HeadwaterError):
            slate = await client.recommend(visitor, page_size=5, timeout_s=TIMEOUT_S)
            seen = Event(
                "impression",
                visitor,
                items=slate.item_ids[:3],
                attribution_token=slate.attribution_token,
            )
            return [seen] if seen.items else []
        return []

    def _act(self, rng: Random, name: str) -> Event:
        return Event(
            rng.choice(TYPES),
            f"v{rng.randrange(VISITORS)}",
            items=[f"i{rng.randrange(ITEMS)}"],
            event_id=f"s{self._seed}-{name}",
        )

    async def _send(self, clients: Sequence[AsyncClient], events: Sequence[Event]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            for attempt in range(1_000_000):
                try:
                    client = clients[attempt % len(clients)]
                    answer = await client.feedback(events, timeout_s=TIMEOUT_S)
                except AWAY as error:
                    self.retries += 1
                    self.errors[f"{type(error).__name__}: {error}"] += 1
                    await asyncio.sleep(PAUSE_S)
                else:
                    break
        for event, result in zip(events, answer.results, strict=True):
            assert result.status in LEARNED, f"{event.event_id}: {result}"
            self.acknowledged[event.event_id] = event
            self.statuses[result.status] += 1


@asynccontextmanager
async def load_on(
    addresses: Sequence[str],
    seed: int,
    *,
    clients: int = 4,
    batch: int = 5,
    key: str = "",
) -> AsyncIterator[Load]:
    """Shop with some clients while the body runs; afterwards nothing is under way any more."""
    load = Load(addresses, seed, batch=batch, key=key)
    await load.fill_catalogue()
    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(load.shop(number))
        try:
            yield load
        finally:
            load.is_stopping = True


async def not_remembered(address: str, events: Sequence[Event], key: str = "") -> list[str]:
    """Send everything once more; return the ids that the server does not say EXISTS to."""
    forgotten: list[str] = []
    async with AsyncClient(address, key=key) as client:
        for start in range(0, len(events), 500):
            answer = await client.feedback(events[start : start + 500], timeout_s=PATIENCE_S)
            forgotten += [r.event_id for r in answer.results if r.status is not EventStatus.EXISTS]
    return forgotten
