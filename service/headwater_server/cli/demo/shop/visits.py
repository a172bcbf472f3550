"""Simulated visits through the API: lists, impressions, clicks and purchases."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from random import Random

from headwater import AsyncClient, Event, EventItem, HeadwaterError, Recommendation
from headwater_server.cli.demo.shop.goods import CURRENCY, Goods
from headwater_server.cli.demo.shop.shoppers import WEEKS, Shopper

AT_ONCE = 4
SLOTS = 12
SEEN_MIN = 4
PLACES = ("home", "product")  # a click at home leads to a product page with a list of its own
TIMEOUT_S = 30.0


class Visits:
    """Simulates visits through the API, so that the model learns from its own lists."""

    def __init__(self, goods: Goods, shoppers: Sequence[Shopper], seed: int) -> None:
        self._goods = goods
        self._shoppers = shoppers
        self._random = Random(f"{seed}:visits")

    async def run(self, client: AsyncClient, count: int, at: Callable[[int], None]) -> None:
        """Play ``count`` visits; call ``at`` with the number of finished ones."""
        coming = iter(range(count))
        done = 0

        async def lane() -> None:
            nonlocal done
            for _ in coming:
                await self.visit(client)
                done += 1
                at(done)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(lane())

    async def go_on(self, client: AsyncClient, per_minute: float) -> None:
        """Play visits without end, as other visitors of the shop."""
        while per_minute > 0:
            await asyncio.sleep(self._random.expovariate(per_minute / 60))
            with contextlib.suppress(HeadwaterError):  # a stopped server is noticed elsewhere
                await self.visit(client)
        await asyncio.Event().wait()

    async def visit(self, client: AsyncClient) -> None:
        """Play one visit: the home page, and after a click the page of that product."""
        shopper = self._random.choice(self._shoppers)
        occasion = shopper.occasion(WEEKS - 1)
        context: list[str] = []
        for place in PLACES:
            slate = await client.recommend(
                shopper.visitor_id,
                placement=place,
                page_size=SLOTS,
                context_item_ids=context,
                timeout_s=TIMEOUT_S,
            )
            position = self._clicked(shopper, slate, occasion.kinds)
            events = list(self._events(shopper, slate, position))
            if events:
                await client.feedback(events, timeout_s=TIMEOUT_S)
            if not position:
                return
            context = [slate.item_ids[position - 1]]

    def _clicked(self, shopper: Shopper, slate: Recommendation, kinds: Sequence[str]) -> int:
        """Return the position of the first clicked item, 0 for none."""
        for position, item_id in enumerate(slate.item_ids, start=1):
            if shopper.clicks(self._goods.by_id[item_id], kinds):
                return position
        return 0

    def _events(self, shopper: Shopper, slate: Recommendation, position: int) -> Iterator[Event]:
        shown = slate.item_ids
        if not shown:
            return
        seen = shown[: position or self._random.randint(SEEN_MIN, SLOTS)]
        token = slate.attribution_token
        yield Event("impression", shopper.visitor_id, items=seen, attribution_token=token)
        if not position:
            return
        product = self._goods.by_id[shown[position - 1]]
        acts = ["click", *(["add-to-cart", "purchase-complete"] if shopper.takes() else [])]
        for act in acts:
            yield Event(
                act,
                shopper.visitor_id,
                items=[EventItem(product.item_id, 1, product.price, CURRENCY)],
                position=position,
                attribution_token=token,
            )
