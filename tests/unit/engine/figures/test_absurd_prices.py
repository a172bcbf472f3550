"""No price that the catalogue holds stops the fold, whichever way it came there."""

from __future__ import annotations

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Status


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of what the model of sales adds up
@pytest.mark.parametrize("price", [1e13, 1e300, 1e303, 1.7e308, -1.7e308])
@pytest.mark.parametrize("from_page", [False, True], ids=["backend", "page"])
def test_an_order_of_an_item_with_an_absurd_price_counts_without_an_amount(price, from_page):
    engine = Engine()
    tent = ItemWrite(Item("tent", price=price, currency_code="EUR"))
    engine.apply(Entry(1_000, (tent, ItemWrite(Item("lamp")))))
    items = EventItem("tent", 2.0), EventItem("lamp")
    order = Event("e1", "purchase", "ann", items=items, from_page=from_page, source="web")
    assert engine.apply(Entry(2_000, (order,)))[0].status is Status.CREATED
    totals = engine.parts.figures.today.day.totals
    assert (totals.orders, totals.money, totals.left_out) == (1, {}, 2)
    assert Engine.restore(engine.capture()).digest() == engine.digest()
