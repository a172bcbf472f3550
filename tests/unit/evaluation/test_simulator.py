"""Simulated shoppers: seeded, with a taste that can be learned, and that drifts when asked to."""

from __future__ import annotations

from headwater_server.evaluation.simulator import Simulator


def wanted(simulator, shopper, visits=200):
    acts = [act for _ in range(visits) for act in simulator.visit(shopper, []).acts]
    return [simulator.shop.item(act.item_id) for act in acts]


def test_the_same_seed_and_lists_give_the_same_acts():
    def acts():
        simulator = Simulator(seed=3)
        return [simulator.visit(s, ["item-1", "item-2"]) for s in simulator.shoppers]

    assert acts() == acts()


def test_most_of_what_a_shopper_wants_is_of_the_favourite_category():
    simulator = Simulator()
    shopper = simulator.shoppers[0]
    items = wanted(simulator, shopper)
    assert sum(item.category == shopper.first for item in items) > len(items) / 2


def test_a_drift_changes_what_is_wanted():
    simulator = Simulator()
    shopper = simulator.shoppers[0]
    before = shopper.first
    simulator.drift()
    items = wanted(simulator, shopper)
    assert sum(item.category == before for item in items) < len(items) / 4


def test_what_was_wanted_and_shown_is_clicked_where_it_stands():
    simulator, twin = Simulator(), Simulator()
    for _ in range(50):
        unshown = simulator.visit(simulator.shoppers[0], [])
        shown = ["item-0", *(act.item_id for act in unshown.acts)][:2]
        visit = twin.visit(twin.shoppers[0], shown)
        if unshown.hit is None or shown[1:] == ["item-0"]:
            continue
        assert visit.hit
        assert visit.acts[0].event_type == "click"
        assert visit.acts[0].item_id == shown[visit.acts[0].position - 1]


def test_only_slots_that_were_shown_are_seen_and_clicked():
    simulator = Simulator()
    shown = [item.item_id for item in simulator.shop.items[:30]]
    for shopper in simulator.shoppers:
        visit = simulator.visit(shopper, shown)
        assert visit.seen == tuple(shown[: len(visit.seen)])
        for act in visit.acts:
            assert act.position == 0 or act.item_id == visit.seen[act.position - 1]
