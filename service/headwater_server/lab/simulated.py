"""A simulated shop's events and items, for a first try without a file."""

from __future__ import annotations

from random import Random
from typing import Any

import narwhals.stable.v2 as nw

from headwater_server.evaluation.simulator import Simulator

SECONDS_APART = 40
START_S = 1_750_000_000
SHOWN = 20


def simulated(events: int = 3_000, seed: int = 1, backend: Any = "pandas") -> Any:
    """Return (events, items) of shoppers with tastes, who are shown random lists.

    ``backend``: the data frame library, as narwhals names it. The same seed gives the same frames.

    >>> events, items = simulated(events=50)
    >>> list(events.columns)
    ['timestamp', 'user_id', 'item_id', 'event_type']
    >>> len(events), len(items)
    (50, 864)
    """
    shop, random = Simulator(seed), Random(f"{seed}:lab")
    items = [item.item_id for item in shop.shop.items]
    rows: list[tuple[int, str, str, str]] = []
    while len(rows) < events:
        shopper = random.choice(shop.shoppers)
        for act in shop.visit(shopper, random.sample(items, SHOWN)).acts:
            time_s = START_S + SECONDS_APART * len(rows)
            rows.append((time_s, shopper.visitor_id, act.item_id, act.event_type))
    names = ("timestamp", "user_id", "item_id", "event_type")
    columns = {name: [row[n] for row in rows[:events]] for n, name in enumerate(names)}
    described = {
        "item_id": items,
        "title": [item.title for item in shop.shop.items],
        "categories": [item.category_name for item in shop.shop.items],
        "price": [item.price for item in shop.shop.items],
    }
    return tuple(nw.from_dict(one, backend=backend).to_native() for one in (columns, described))
