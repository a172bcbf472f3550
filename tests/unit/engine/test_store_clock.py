"""T13: the store's clock was ahead for a while; once it is right, all that it measured heals."""

from __future__ import annotations

import pytest

from headwater_server.engine.clock import STEP_BACK_MS
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOW_MS = 1_700_000_000_000
AHEAD_MS = NOW_MS + 2 * DAY_MS
SETTINGS = EngineSettings(
    hide_days={"purchase-complete": 1.0, "click": 30.0},
    page_visitor_events_per_minute_max=3,
    catalogue_only="nobody",
)
CREATED, EXISTS, QUARANTINED = Status.CREATED, Status.EXISTS, Status.QUARANTINED


def event(name, kind="click", visitor="ann", item="tent", **more):
    return Event(name, kind, visitor, items=(EventItem(item),), **more)


def apply(engine, time_ms, *operations, **more):
    return [outcome.status for outcome in engine.apply(Entry(time_ms, operations, **more))]


@pytest.fixture
def engine():
    """An engine whose store was two days ahead, until just now."""
    engine = Engine(SETTINGS)
    apply(engine, NOW_MS - HOUR_MS, event("before", "view", "bob", "lamp"))
    apply(
        engine,
        AHEAD_MS,
        ItemWrite(Item("boots")),
        UserWrite("ann", (("segment", "vip"),)),
        Event("seen", "impression", "ann", slate=Slate("r", "p", "home", ("lamp",), (1.0,))),
        event("bought", "purchase", "ann", "tent"),
        event("viewed", "view", "ann", "cup"),
    )
    return engine


def test_a_page_visitors_minute_ends(engine):
    page = [event(f"p{n}", "view", "page", f"i{n}", from_page=True) for n in range(5)]
    assert apply(engine, AHEAD_MS, *page)[3:] == [QUARANTINED] * 2
    assert apply(engine, NOW_MS, *page) == [EXISTS] * 3 + [CREATED] * 2
    assert engine.parts.clock_ms == NOW_MS


def test_open_impressions_close_within_their_window(engine):
    apply(engine, NOW_MS, event("now", "view"))
    assert len(engine.parts.attribution) == 1
    apply(engine, NOW_MS + HOUR_MS, event("later", "view"))
    assert len(engine.parts.attribution) == 0
    assert any(metric.name == "act_rate" for metric in engine.lookups.metrics())


def test_an_item_is_hidden_for_as_long_as_the_rule_says(engine):
    apply(engine, NOW_MS, event("now", "view"))
    hidden = engine.parts.hiding.hidden
    assert len(hidden(("vann",), NOW_MS + DAY_MS - 1)) == 1
    assert len(hidden(("vann",), NOW_MS + DAY_MS)) == 0


def test_ids_are_remembered_for_their_window_from_now(engine):
    window_ms = round(SETTINGS.deduplication_window_hours * HOUR_MS)
    bought = event("bought", "purchase", "ann", "tent")
    assert apply(engine, NOW_MS, event("now", "view"), bought) == [CREATED, EXISTS]
    assert apply(engine, NOW_MS + window_ms - 1, bought) == [EXISTS]
    assert apply(engine, NOW_MS + window_ms, bought) == [CREATED]


def test_a_write_now_wins_over_one_of_the_wrong_clock(engine):
    now = (ItemWrite(Item("boots", available=False)), UserWrite("ann", (("segment", "none"),)))
    assert apply(engine, NOW_MS, *now) == [CREATED, CREATED]
    assert not engine.parts.catalogue.get("boots").available
    assert engine.parts.users.features("ann") == (("segment", "none"),)
    dated = ItemWrite(Item("boots"), set_time_ms=NOW_MS + 1)
    assert apply(engine, NOW_MS + HOUR_MS, dated) == [CREATED]


def test_visits_end_and_ages_count_from_now(engine):
    apply(engine, NOW_MS, event("now", "view", "bob", "cup"))
    history = engine.parts.visitors.history("ann", "", "", NOW_MS / 1000 + 7_200)
    assert history.ages_s.tolist() == [7_200.0, 7_200.0]
    assert history.gap_s == 7_200.0
    assert history.session_length == 0
    assert {seen.time_ms for seen in engine.lookups.get_user("", "ann").history} == {NOW_MS}


def test_popularity_by_day_decays_from_now(engine):
    apply(engine, NOW_MS, event("now", "view", "bob", "cup"))
    days, cup = engine.parts.models.by_day, engine.parts.catalogue.number("cup")
    before = (days.stored * days.fading())[cup]
    assert before[0] == pytest.approx(2.0)  # that of the wrong clock, and this one
    apply(engine, NOW_MS + DAY_MS, event("later", "view", "bob", "lamp"))
    after = (days.stored * days.fading())[cup]
    assert after[0] == pytest.approx(before[0] / 2)


def test_the_healed_state_is_kept_by_a_snapshot_and_found_by_parts(engine):
    operations = (event("now", "view"), event("then", "view", "bob", "cup"))
    copy = Engine.restore(engine.capture())
    assert copy.digest() == engine.digest()
    apply(engine, NOW_MS, *operations)
    for operation in operations:
        apply(copy, NOW_MS, operation)
    assert copy.digest() == engine.digest()
    assert Engine.restore(engine.capture()).digest() == engine.digest()


def test_what_teaches_nothing_sets_no_clock_back(engine):
    before = engine.digest()
    assert apply(engine, NOW_MS, event("viewed", "view", "ann", "cup")) == [EXISTS]
    assert engine.digest() == before


def test_a_small_step_back_is_waited_for():
    engine = Engine()
    apply(engine, NOW_MS, event("e1"))
    apply(engine, NOW_MS - STEP_BACK_MS, event("e2"))
    assert engine.parts.clock_ms == NOW_MS
    apply(engine, NOW_MS - STEP_BACK_MS - 1, event("e3"))
    assert engine.parts.clock_ms == NOW_MS - STEP_BACK_MS - 1


def test_an_older_file_that_is_imported_sets_no_clock_back():
    engine = Engine()
    apply(engine, NOW_MS, event("e1", event_time_ms=NOW_MS - HOUR_MS), imported=True)
    apply(engine, NOW_MS + 1, event("e2", event_time_ms=NOW_MS - DAY_MS), imported=True)
    assert engine.parts.clock_ms == NOW_MS - HOUR_MS


def test_a_clock_ahead_by_centuries_leaves_finite_figures():
    engine = Engine()
    for time_ms in (NOW_MS, NOW_MS + 10**13, NOW_MS, 0, NOW_MS, NOW_MS + 1):
        apply(engine, time_ms, event(f"e{engine.parts.learned}", item=f"i{time_ms % 3}"))
    assert engine.parts.clock_ms == NOW_MS + 1
    answer = engine.recommend(RecommendRequest("ann", "r"), NOW_MS)
    assert {result.score == result.score for result in answer.results} == {True}
