"""Row 18: a flood with the key that every page shows, while the server is killed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from random import Random

import psutil
import pytest

from headwater import (
    AsyncClient,
    Event,
    Experiment,
    ExperimentArm,
    HeadwaterError,
    Item,
    Policy,
    PrimaryMetric,
)
from tests.integration.waiting import PATIENCE_S
from tests.system.crash.load import ITEMS, load_on, not_remembered
from tests.system.crash.oracle import judge
from tests.system.crash.seeds import IS_SOAK, seeds
from tests.system.crash.server import Server, serving

KEY, PAGE_KEY = "a-backend-key-of-the-shop", "a-page-key-of-the-shop"
PAGES = ("--page-keys", f"{PAGE_KEY};scopes=feedback+recommend")
NO_LIMITS = (  # so that every event of the flood arrives in the engine
    *("--page-visitor-events-per-minute-max", "0", "--page-source-events-per-minute-max", "0"),
)
TRIED = "tried"
EXPOSURES_A_MINUTE = 1
FEW_EXPOSURES = ("--page-source-exposures-per-minute-max", str(EXPOSURES_A_MINUTE))
KILLS = 2
FLOODERS = 4
VISITORS, MADE_UP = (1_000_000, 300_000) if IS_SOAK else (6_000, 2_000)
DESCRIBED = 1_500
MEMORY_SHARE = 1.15  # of what GetModel states the state to have grown by


class Flood:
    """Calls with a page's key that no honest page makes; each is counted by its end."""

    def __init__(self, address: str, seed: int) -> None:
        self._address = address
        self._rng = Random(f"flood {seed}")
        self.ended: Counter[str] = Counter()
        self.in_arms = 0  # reports of made-up visitors' own lists, which name an arm
        self.is_stopping = False

    async def run(self) -> None:
        """Flood until stopped, whatever is answered."""
        async with AsyncClient(self._address, key=PAGE_KEY) as client:
            while not self.is_stopping:
                try:
                    await self._call(client)
                    self.ended["answered"] += 1
                except HeadwaterError as error:
                    self.ended[type(error).__name__] += 1

    def _name(self) -> str:
        return f"{self._rng.getrandbits(64):016x}"

    async def _call(self, client: AsyncClient) -> None:
        match self._rng.randrange(6):
            case 0:  # made-up items
                items = [self._name() for _ in range(self._rng.randrange(1, 1_000))]
                await client.feedback([Event("click", self._name(), items=items)])
            case 1:  # made-up visitors and circumstances
                context = {self._name(): self._name() for _ in range(40)}
                events = [Event("click", self._name(), items=["i1"], context=context)]
                await client.feedback([*events, Event("purchase", self._name(), items=["i2"])])
            case 2:  # made-up placements, absurd positions
                slate = await client.recommend(self._name(), placement=self._name(), page_size=3)
                seen = Event(
                    "impression",
                    self._name(),
                    items=slate.item_ids,
                    attribution_token=slate.attribution_token,
                    position=2**31 - 1,
                )
                await client.feedback([seen])
            case 3:
                await self.expose(client)
            case 4:  # a filter that costs
                terms = " OR ".join(["available = true"] * self._rng.randrange(1, 200))
                await client.recommend(self._name(), filter=terms, explain=True, page_size=100)
            case _:  # a state that will not come
                await client.recommend(self._name(), min_offset="99999999999999-0", timeout_s=0.5)

    async def expose(self, client: AsyncClient) -> None:
        """Let a made-up visitor see a list of the experiment, and act."""
        visitor = self._name()
        slate = await client.recommend(visitor, placement=TRIED, page_size=3)
        seen = Event(
            "impression",
            visitor,
            items=slate.item_ids,
            attribution_token=slate.attribution_token,
            placement=TRIED,
        )
        await client.feedback([seen, Event("click", visitor, items=["i1"])])
        self.in_arms += bool(slate.arms)


@pytest.mark.parametrize("seed", seeds(1))
async def test_nothing_of_the_shops_is_lost_in_a_flood_with_a_page_key(seed, tmp_path, tally):
    rng = Random(seed)
    flags = *PAGES, *FEW_EXPOSURES, "--snapshot-entries", "50"
    server = Server(tmp_path / "data", *flags, key=KEY)
    async with serving(server):
        async with AsyncClient(server.address, key=KEY) as client:
            await begin_experiment(client)
        start_s = time.monotonic()
        async with load_on([server.address], seed, key=KEY) as load:
            flood = Flood(server.address, seed)
            flooding = [asyncio.create_task(flood.run()) for _ in range(FLOODERS)]
            for _ in range(KILLS):
                await load.reaches(rng.randrange(1, 200))
                await server.kill_and_wait()
                await server.start()
            await load.reaches(50)
            flood.is_stopping = True
            await asyncio.gather(*flooding)
            async with AsyncClient(server.address, key=PAGE_KEY) as page:
                while flood.in_arms <= exposures_max(server, start_s):
                    await flood.expose(page)
        acknowledged = list(load.acknowledged.values())
        forgotten = await not_remembered(server.address, acknowledged, KEY)
        async with AsyncClient(server.address, key=KEY) as client:
            items = [item.item_id async for item in client.list_items()]
            tried = await client.get_experiment("tried")
        model = await server.model()
        assert await server.stop() == 0
    found = await judge(load.acknowledged, [model], data_dir=tmp_path / "data")
    tally(
        18, seed, faults=KILLS + flood.ended.total(), acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert not forgotten
    assert sorted(items) == sorted(f"i{n}" for n in range(ITEMS))
    assert flood.ended["answered"]
    assert flood.ended["InvalidRequestError"]
    lists = [one for one in load.acknowledged.values() if one.event_type == "impression"]
    honest = {one.visitor_id for one in lists}  # a backend asked for their lists: no limit
    made_up = sum(arm.visitors for arm in tried.arms) - len(honest)
    assert 0 < made_up <= exposures_max(server, start_s)


def exposures_max(server: Server, start_s: float) -> float:
    """Return how many new visitors may count: on this machine each connection is a source."""
    sources = FLOODERS * server.starts + 1
    return EXPOSURES_A_MINUTE * sources * (1 + (time.monotonic() - start_s) / 60.0)


async def begin_experiment(client: AsyncClient) -> None:
    """Try a policy on all visitors: who is made up would count, too."""
    await client.upsert_policy(Policy("bold", {"exploration_epsilon": 0.3}))
    arms = ExperimentArm("control"), ExperimentArm("bold", "bold")
    wanted = Experiment("tried", arms, PrimaryMetric("act_rate"), placements=(TRIED,))
    await client.create_experiment(wanted)


@pytest.mark.timeout(3_600 if IS_SOAK else 600)
async def test_strangers_leave_the_catalogue_and_the_lists_as_they_were(tmp_path, tally):
    server = Server(tmp_path / "data", *PAGES, *NO_LIMITS, key=KEY)
    async with serving(server):
        async with AsyncClient(server.address, key=KEY) as shop:
            await describe(shop)
            before = await lists(shop)
            model, resident = await server.model(), rss(server)
            await strangers(server.address)
            grown, after = rss(server) - resident, await server.model()
            assert [item.item_id async for item in shop.list_items()] == sorted(
                f"sku-{n:04}" for n in range(DESCRIBED)
            )
            assert relevant(await lists(shop)) > 0.95 * relevant(before)
        assert await server.stop() == 0
    tally(18, 0, faults=VISITORS + MADE_UP)
    if IS_SOAK:  # of few visitors the allocator's noise is more than they take
        assert grown < MEMORY_SHARE * (after.memory_bytes - model.memory_bytes)


def rss(server: Server) -> int:
    return psutil.Process(server.pid).memory_info().rss


async def describe(shop: AsyncClient) -> None:
    """Fill the shop: every regular visitor stays within one of ten kinds of goods."""
    skus = [f"sku-{n:04}" for n in range(DESCRIBED)]
    for start in range(0, DESCRIBED, 500):
        await shop.upsert_items(
            [Item(sku) for sku in skus[start : start + 500]], timeout_s=PATIENCE_S
        )
    rng = Random(1)
    for visitor in range(100):
        kind = skus[visitor % 10 :: 10][:30]
        events = [Event("click", f"regular-{visitor}", items=[rng.choice(kind)]) for _ in range(20)]
        await shop.feedback(events, timeout_s=PATIENCE_S)


async def lists(shop: AsyncClient) -> list[list[str]]:
    """Return what each regular visitor sees."""
    return [
        (await shop.recommend(f"regular-{n}", explore=False, timeout_s=PATIENCE_S)).item_ids
        for n in range(100)
    ]


def relevant(lists: list[list[str]]) -> float:
    """Return the share of the items that are of the visitor's kind of goods."""
    kinds = [[int(sku[-1]) == n % 10 for sku in one] for n, one in enumerate(lists)]
    return sum(map(sum, kinds)) / sum(map(len, kinds))


async def strangers(address: str) -> None:
    """Let visitors that nobody knows report goods that nobody described, and some that are."""
    rng = Random(2)

    def batch(start: int) -> list[Event]:
        events = []
        for number in range(start, start + 1_000):
            made_up = number % max(1, VISITORS // MADE_UP) == 0
            item = f"made-up-{number}" if made_up else f"sku-{rng.randrange(DESCRIBED):04}"
            events.append(Event("view", f"stranger-{number}", items=[item]))
        return events

    async with AsyncClient(address, key=PAGE_KEY) as page:
        for start in range(0, VISITORS, 1_000):
            await page.feedback(batch(start), timeout_s=PATIENCE_S)
