"""A shop's log in which fashions change: drawn beforehand, whatever anyone recommends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from benchmarks.drift.fashion import Fashion
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.evaluation.shop import STYLES, Shop

BEFORE = 10_000
AFTER = 12_000
GRADUAL = 4_000
SEASON = 4_000
VISITORS = 300
NEWCOMERS = 0.1  # share of sessions that are a new visitor's first
SESSIONS_AT_ONCE = 8
LEAVES = 0.2  # chance that a session ends with this event: five events on average
PAUSE_S = (5, 60)
START_MS = 1_750_000_000_000


@dataclass(frozen=True)
class Change:
    """A kind of change: which fashion a session follows that begins at an event.

    ``at`` are the events at which something changes; the level before the first is what a
    recommender has to regain.
    """

    name: str
    at: tuple[int, ...]
    events: int
    new: Callable[[int], float]
    """Chance that a session which goes on at this event follows the second fashion."""


def _after(event: int) -> float:
    return float(event >= BEFORE)


def _rising(event: int) -> float:
    return min(1.0, max(0.0, (event - BEFORE) / GRADUAL))


def _turning(event: int) -> float:
    return float(event >= BEFORE and (event - BEFORE) // SEASON % 2 == 0)


CHANGES = (
    Change("abrupt", (BEFORE,), BEFORE + AFTER, _after),
    Change("gradual", (BEFORE,), BEFORE + AFTER, _rising),
    Change("seasonal", tuple(range(BEFORE, BEFORE + AFTER, SEASON)), BEFORE + AFTER, _turning),
)


@dataclass
class _Session:
    visitor_id: str
    threshold: float
    latest: int | None = None


@dataclass
class Stream:
    """The events of one seed and one kind of change.

    >>> stream = Stream(seed=1, change=CHANGES[0])
    >>> first, *_ = stream.events()
    >>> first.event_type, first == next(Stream(seed=1, change=CHANGES[0]).events())
    ('click', True)
    """

    seed: int
    change: Change
    visitors: int = field(default=VISITORS)

    def catalogue(self) -> Entry:
        """Return the items on sale, as one entry of the log."""
        writes = tuple(
            ItemWrite(
                Item(
                    item.item_id,
                    title=item.title,
                    categories=(item.category_name,),
                    tags=(STYLES[item.style],),
                    price=item.price,
                ),
                set_time_ms=START_MS,
            )
            for item in Shop(self.seed).items
        )
        return Entry(START_MS, writes, imported=True)

    def events(self) -> Iterator[Event]:
        """Yield the clicks in order of time; a running session changes fashion when all do."""
        shop, random = Shop(self.seed), Random(f"{self.seed}:stream")
        fashions = [Fashion(shop, f"{self.seed}:{name}") for name in ("first", "second")]
        going = [self._begin(random) for _ in range(SESSIONS_AT_ONCE)]
        time_ms = START_MS
        for number in range(self.change.events):
            place = random.randrange(SESSIONS_AT_ONCE)
            session = going[place]
            fashion = fashions[session.threshold < self.change.new(number)]
            item = fashion.turn(session.visitor_id, session.latest, random)
            time_ms += random.randint(*PAUSE_S) * 1000 // SESSIONS_AT_ONCE
            yield Event(
                f"e{number}",
                "click",
                session.visitor_id,
                items=(EventItem(shop.items[item].item_id),),
                event_time_ms=time_ms,
            )
            session.latest = item
            if random.random() < LEAVES:
                going[place] = self._begin(random)

    def _begin(self, random: Random) -> _Session:
        if random.random() < NEWCOMERS:
            self.visitors += 1
            return _Session(f"visitor-{self.visitors}", random.random())
        return _Session(f"visitor-{random.randrange(self.visitors)}", random.random())
