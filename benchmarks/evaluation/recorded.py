"""A log of a simulated shop, recorded as a server would: answers between the operations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Item, ItemWrite, Operation, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.tokens.token_body import packed, unpacked
from headwater_server.evaluation.simulator import Simulator, Visit
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START, Position

VISITS_AN_ENTRY = 4
PLACEMENTS = ("home", "cart")


@dataclass
class RecordedShop:
    """Serves simulated visits and puts their events on a log; ``lists`` were shown so far.

    ``candidates``: every second request names its candidates, so that a baseline is defined.
    ``buying``: the share of visits with a shown item acted on that end with its purchase, beside
    the few purchases of the simulator.
    """

    log: Log
    seed: int = 1
    shoppers: int = 600
    page_size: int = 10
    settings: EngineSettings = field(default_factory=EngineSettings)
    candidates: bool = False
    buying: float = 0.0

    def __post_init__(self) -> None:
        self.simulator = Simulator(self.seed, self.shoppers)
        self.engine, self.position = Engine(), START
        self.lists = self.events = 0
        self._random = Random(f"{self.seed}:recorded")
        self._waiting: list[Event] = []

    async def begin(self) -> None:
        """Put settings and catalogue on the log."""
        await self._append([SettingsChange(self.settings, "recorded")])
        await self._append([*_items(self.simulator)])

    async def serve(self, visits: int, on_visit: Callable[[int], None] = lambda _: None) -> None:
        """Serve so many visits; answers are given between the operations of entries."""
        for start in range(0, visits, VISITS_AN_ENTRY):
            waiting, self._waiting = self._waiting, []
            left = min(VISITS_AN_ENTRY, visits - start)
            if not waiting:
                for _ in range(left):
                    self._visit(0)
                continue
            place = {self._random.randrange(len(waiting)) for _ in range(left)}
            await self._append(waiting, place, left)
            on_visit(start + left)

    async def end(self) -> Position:
        """Put the last events on the log; return its end."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            await self._append(waiting)
        return self.position

    async def _append(
        self,
        operations: Sequence[Operation],
        places: Collection[int] = (),
        visits: int = 0,
    ) -> None:
        position = await self.log.append([self.log.encode(operations)])
        (logged,) = await self.log.read(self.position, 1, 0)
        asked = sorted(places)
        for start, end in pairwise(sorted({0, *asked, logged.size})):
            if start in places:
                self._visit(start)
            self.engine.apply(logged.part(start, end))  # at once: an act alone takes longer
        self.position, visits = position, visits - len(asked)
        for _ in range(visits):
            self._visit(0)

    def _visit(self, operations: int) -> None:
        """Serve one visit in the state after so many operations of the next entry."""
        shopper = self._random.choice(self.simulator.shoppers)
        request = self._request(shopper.visitor_id)
        now_ms = self.engine.parts.clock_ms + self._random.randrange(5_000)
        answer = self.engine.recommend(request, now_ms)
        if not answer.results:
            return
        place = self.position.sequence, operations
        slate = slate_of(answer, request, place, now_ms)
        seen = self._bought(self.simulator.visit(shopper, slate.item_ids))
        self._waiting += _events(slate, shopper.visitor_id, seen)
        self.lists += 1
        self.events = self.events + len(seen.acts) + 1

    def _bought(self, visit: Visit) -> Visit:
        """Let a share of the visits end with the purchase of the shown item of the last act."""
        chosen = next((act for act in reversed(visit.acts) if act.position), None)
        if chosen is None or not self.buying or self._random.random() >= self.buying:
            return visit
        return replace(visit, acts=(*visit.acts, replace(chosen, event_type="purchase-complete")))

    def _request(self, visitor_id: str) -> RecommendRequest:
        placement = PLACEMENTS[self._random.random() < 0.3]
        named: tuple[str, ...] = ()
        if self.candidates and self._random.random() < 0.5:
            items = [item.item_id for item in self.simulator.shop.items]
            named = tuple(self._random.sample(items, 40))
        return RecommendRequest(
            visitor_id,
            f"{self.seed}-{self.lists}",
            placement=placement,
            page_size=self.page_size,
            candidate_item_ids=named,
            context=(("device", self._random.choice(("phone", "desk"))),),
        )


def slate_of(
    answer: Recommendation, request: RecommendRequest, place: tuple[int, int], now_ms: int
) -> Slate:
    """Return what the attribution token of an answer brings onto the log."""
    plain = unpacked(packed(answer))
    return Slate(
        plain.recommendation_id,
        plain.policy,
        plain.placement,
        plain.item_ids,
        plain.propensities,
        *place,
        now_ms,
        question=request.question,
    )


def _items(simulator: Simulator) -> Iterator[ItemWrite]:
    for item in simulator.shop.items:
        fields = item.item_id, item.title, (item.category_name,), item.price, "EUR"
        yield ItemWrite(Item(*fields))


def _events(slate: Slate, visitor_id: str, visit: Visit) -> list[Event]:
    name = slate.recommendation_id
    seen = tuple(map(EventItem, visit.seen))
    events = [Event(f"{name}-seen", "impression", visitor_id, items=seen, slate=slate)]
    for place, act in enumerate(visit.acts):
        bought = act.event_type == "purchase-complete"
        item = EventItem(act.item_id, 2.0, 10.0, "EUR") if bought else EventItem(act.item_id)
        given = slate if act.position else None
        events.append(
            Event(f"{name}-{place}", act.event_type, visitor_id, items=(item,), slate=given)
        )
    return events[not visit.seen :]
