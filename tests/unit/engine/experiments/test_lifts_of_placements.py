"""Click-through of a hold-out that has placements: lists of these, and of no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater_server.engine.experiments.counts.days import DAY_ACTS, DAY_CLICKS, DAY_SLOTS
from headwater_server.engine.messages.events import EventItem
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentWrite,
)

from .shoppers import Shop

ARMS = ExperimentArm("popular", "popular"), ExperimentArm("ours")


def counted(shop):
    """Return seen slots, clicks and acts of all arms and days."""
    table = shop.engine.parts.experiments.by_id["hold-out"].days.until(1 << 40)
    return [float(table[:, :, column].sum()) for column in (DAY_SLOTS, DAY_CLICKS, DAY_ACTS)]


@pytest.mark.parametrize(
    ("placements", "expected"),
    [(("home",), [3, 1, 4]), (("home", "cart"), [6, 3, 4]), ((), [9, 4, 4])],
)
def test_lists_count_where_the_hold_out_runs(placements, expected):
    shop = Shop()
    shop.must(ExperimentWrite(Experiment("hold-out", ARMS, placements=placements)))
    seen = {}
    for placement, visits in (("home", "first"), ("cart", "then"), ("search", "last")):
        answer = shop.asks("vann", placement=placement, name=visits)
        slate = replace(
            shop.seen("vann").slate,
            recommendation_id=answer.recommendation_id,
            placement=placement,
            item_ids=tuple(answer.item_ids),
            arms=answer.arms,
        )
        seen[placement] = slate
        shop.must(replace(shop.event("impression", "vann"), slate=slate))
    for placement, clicks in (("home", 1), ("cart", 2), ("search", 1)):
        for item in seen[placement].item_ids[:clicks]:
            shop.must(replace(shop.event("click", "vann", item=item), slate=seen[placement]))
    shop.engine.parts.experiments.settle()
    assert counted(shop) == expected


def test_a_click_without_its_token_counts_where_the_item_was_seen_last():
    shop = Shop()
    shop.must(ExperimentWrite(Experiment("hold-out", ARMS, placements=("home",))))
    home = shop.seen("vann").slate
    cart = replace(home, recommendation_id="of-the-cart", placement="cart", arms=())
    cart = replace(cart, item_ids=(home.item_ids[0], "i5"))
    for slate in (home, cart):
        shop.must(replace(shop.event("impression", "vann"), slate=slate))
    both = tuple(EventItem(item) for item in home.item_ids[:2])
    shop.must(replace(shop.event("click", "vann"), items=both))  # of the cart, and of home
    shop.engine.parts.experiments.settle()
    assert counted(shop) == [3, 1, 1]
