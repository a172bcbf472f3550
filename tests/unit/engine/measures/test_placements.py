"""A shop's placements keep their figures, whatever names pages make up."""

from __future__ import annotations

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.measures.placements import (
    CANDIDATE_USES,
    CANDIDATES_MAX,
    NAMED_MAX,
    MostUsed,
    Placements,
)
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot import state

SETTINGS = EngineSettings(
    attribution_window_minutes=0.01,
    page_visitor_events_per_minute_max=0,
    page_source_events_per_minute_max=0,
)


def test_the_least_used_name_leaves_and_of_several_the_oldest() -> None:
    used = MostUsed(3)
    for name in ("a", "b", "c", "a", "b"):
        assert not used.use(name)
    assert used.use("d") == "c"
    assert used.use("a") == ""
    assert used.use("e") == "b"


def test_a_name_that_is_used_no_more_leaves_in_the_end() -> None:
    used = MostUsed(3)
    for _ in range(50):
        used.use("last season")
    left = [used.use(f"name {n // 3}") for n in range(600)]
    assert "last season" in left


def test_pages_cannot_fill_the_table_nor_take_the_place_of_a_backends() -> None:
    placements = Placements()
    for n in range(NAMED_MAX):
        placements.use(f"shop {n}", named=True)
    groups = {placements.use(f"made up {n}", named=False) for n in range(10_000)}
    assert {group for group, _ in groups} == {"other"}
    assert not any(left.startswith("shop") for _, left in groups)
    loud = [f"loud {n}" for n in range(3 * CANDIDATES_MAX)]
    groups = {placements.use(name, named=False)[0] for _ in range(300) for name in loud}
    assert len(groups) <= 1 + CANDIDATES_MAX
    assert all(placements.use(f"shop {n}", named=True) == (f"shop {n}", "") for n in range(64))


def test_a_placement_of_a_shop_without_a_backend_has_its_group_after_a_hundred_uses() -> None:
    placements = Placements()
    groups = [placements.use("home", named=False)[0] for _ in range(200)]
    assert groups == ["other"] * (CANDIDATE_USES - 1) + ["home"] * (201 - CANDIDATE_USES)
    assert placements.use("home", named=True) == ("home", "")


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("name", ["all", "other"])
def test_the_names_of_groups_are_reserved(name: str, *, named: bool) -> None:
    placements = Placements()
    assert {placements.use(name, named=named) for _ in range(200)} == {("other", "")}


def seen(n: int, placement: str, *, page: bool = True, slate: Slate | None = None) -> Event:
    return Event(
        f"e{n}", "impression", f"v{n}", items=(EventItem("boots"),), placement=placement,
        slate=slate, from_page=page, self_asked=page,
    )  # fmt: skip


def groups_of(engine: Engine) -> set[str]:
    return {m.placement for m in engine.lookups.metrics() if m.name == "act_rate"}


def closed(engine: Engine, events: list[Event]) -> Engine:
    engine.apply(Entry(1_000, (Event("c", "click", "shop", items=(EventItem("boots"),)),)))
    for n, event in enumerate(events):
        engine.apply(Entry(1_000 + n, (event,)))
    engine.apply(Entry(10_000_000, (seen(-1, "home", page=False),)))
    return engine


def test_made_up_placements_of_pages_hide_no_group_of_the_shop() -> None:
    """400 names of a page first, and then the shop's own two."""
    events = [seen(n, f"made up {n}") for n in range(400)]
    events += [seen(400 + n, "basket", page=False) for n in range(20)]
    events += [seen(500 + n, "home", page=False) for n in range(3)]
    engine = closed(Engine(SETTINGS), events)
    assert groups_of(engine) == {"all", "basket", "home", "other"}
    counts = {
        m.placement: m.count
        for m in engine.lookups.metrics()
        if (m.name, m.window) == ("act_rate", "total")
    }
    assert counts == {"all": 423, "basket": 20, "home": 3, "other": 400}


def test_a_placement_called_all_hides_nothing() -> None:
    engine = closed(Engine(SETTINGS), [seen(n, "all", page=False) for n in range(5)])
    assert groups_of(engine) == {"all", "other"}


def test_a_token_of_the_backend_proves_its_own_placement_only() -> None:
    slate = Slate("r", "best", "home", ("boots",), (1.0,))
    for placement, named in (("", True), ("home", True), ("made up", False)):
        event = Event("e", "impression", "v", placement=placement, slate=slate, from_page=True)
        assert event.names_placement is named


def test_the_groups_are_part_of_the_state() -> None:
    engine = closed(Engine(SETTINGS), [seen(n, f"p{n % 90}", page=n % 2 > 0) for n in range(300)])
    twin = Engine.restore(engine.capture())
    more = Entry(20_000_000, (seen(900, "one more", page=False),))
    last = Entry(30_000_000, (seen(901, "p1", page=False),))
    for each in (engine, twin):
        each.apply(more)
        each.apply(last)
    assert twin.digest() == engine.digest()
    assert twin.lookups.metrics() == engine.lookups.metrics()
    placements = Placements()
    placements.load(state.unflatten(list(state.flatten(engine.parts.placements.state()))))
    assert placements.state() == engine.parts.placements.state()
