"""A simulated shop whose visitors buy: what is clicked is bought with a chance that depends on it.

Its shoppers are those of `Simulator`. A dear item is bought less often, a good one more often; the
draws of a visit depend on the seed, the visit and the item, so that two shops with other lists have
the same visitors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.ranking.objective_names import Objective
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop import ShopItem
from headwater_server.evaluation.simulator import Shopper, Simulator

PLACEMENT, VISIT_MS, START_MS = "home", 60_000, 1_000_000
BUYS, USUAL_PRICE, ELASTICITY, SPREAD = 0.25, 60.0, 0.5, 0.6
SHOPPERS, SLOTS = 300, 20
CODES = ("EUR", "USD")
RATE = 4.0  # units of the second currency for one of the first


@dataclass(frozen=True, slots=True)
class Visited:
    """What one visit came to; revenue in the first currency."""

    visitor: str
    clicks: int
    purchases: int
    revenue: float
    hit: bool | None


class BuyingShop:
    """An engine under an objective, and its visitors.

    ``mixed``: every other item has its price in a currency that is worth a quarter.
    """

    def __init__(self, seed: int, objective: Objective, *, mixed: bool = False) -> None:
        self.seed = seed
        self.simulator = Simulator(seed, SHOPPERS)
        self.engine = Engine(EngineSettings(seed=seed, objective=objective))
        self._mixed = mixed
        self._now_ms = START_MS
        draw = Random(f"{seed}:quality")
        self._quality = {item.item_id: draw.lognormvariate(0.0, SPREAD) for item in self._items}
        writes = [self._described(number) for number in range(len(self._items))]
        self.engine.apply(Entry(START_MS, tuple(map(ItemWrite, writes))))

    @property
    def _items(self) -> tuple[ShopItem, ...]:
        return self.simulator.shop.items

    def _described(self, number: int) -> Item:
        item, code = self._items[number], CODES[number % 2 if self._mixed else 0]
        price = item.price * (RATE if code == CODES[1] else 1.0)
        return Item(
            item.item_id, title=item.title, categories=(item.category_name,), price=price,
            currency_code=code,
        )  # fmt: skip

    def chance(self, item_id: str) -> float:
        """Return the chance that a visitor who clicks an item buys it."""
        item = self.simulator.shop.item(item_id)
        price = (item.price / USUAL_PRICE) ** -ELASTICITY if item else 0.0
        return min(0.9, BUYS * self._quality[item_id] * price)

    def visits(self, count: int) -> Iterator[Visited]:
        """Serve so many visits, one after the other; yield each."""
        draw = Random(f"{self.seed}:arrivals")
        for number in range(count):
            yield self._visit(number, self.simulator.shoppers[draw.randrange(SHOPPERS)])

    def _visit(self, number: int, shopper: Shopper) -> Visited:
        self._now_ms += VISIT_MS
        request = RecommendRequest(
            shopper.visitor_id, f"{self.seed}:{number}", placement=PLACEMENT, page_size=SLOTS
        )
        answer = self.engine.recommend(request, self._now_ms)
        visit = self.simulator.visit(shopper, answer.item_ids)
        slate = Slate(
            request.recommendation_id, answer.policy, PLACEMENT, tuple(answer.item_ids),
            tuple(answer.propensities.tolist()),
        )  # fmt: skip
        events = []
        if visit.seen:
            seen = tuple(map(EventItem, visit.seen))
            events.append(
                Event(f"{number}-seen", "impression", shopper.visitor_id, items=seen, slate=slate)
            )
        clicked = [act for act in visit.acts if act.event_type != "purchase-complete"]
        bought = [act.item_id for act in clicked if self._buys(number, act.item_id)]
        for act in clicked:
            by = slate if act.position else None
            events.append(self._event(f"{number}-click", shopper, act.event_type, act.item_id, by))
        events += [
            self._event(f"{number}-buy", shopper, "purchase-complete", item_id, None)
            for item_id in bought
        ]
        if events:
            self.engine.apply(Entry(self._now_ms, tuple(events)))
        revenue = sum(self._price(item_id) for item_id in bought)
        return Visited(shopper.visitor_id, len(clicked), len(bought), revenue, visit.hit)

    def _buys(self, number: int, item_id: str) -> bool:
        return Random(f"{self.seed}:{number}:{item_id}").random() < self.chance(item_id)

    def _price(self, item_id: str) -> float:
        item = self.simulator.shop.item(item_id)
        return item.price if item else 0.0

    def _event(
        self, name: str, shopper: Shopper, kind: str, item_id: str, slate: Slate | None
    ) -> Event:
        return Event(name, kind, shopper.visitor_id, items=(EventItem(item_id),), slate=slate)
