"""Which lists of pages count in experiments: those of a bounded number of new visitors a source."""

from dataclasses import replace

import pytest
import structlog

from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.events import Event, Slate
from headwater_server.replica.writes import exposure_limit
from headwater_server.replica.writes.exposure_limit import SAY_AGAIN_S, ExposureLimit

WARM, BLUE = Arm("warmer", "warm"), Arm("colours", "blue")
SLATE = Slate("r1", "best", "home", ("a",), (1.0,), arms=(WARM, BLUE))


class State:
    """Who is exposed where, as the engine knows it, and the time."""

    def __init__(self):
        self.exposed = set()
        self.now_s = 0.0

    def entering(self, visitor, user, arms, now_ms):
        return tuple(one for one in arms if (visitor, one) not in self.exposed)

    def limit(self, per_minute):
        return ExposureLimit(per_minute, self.entering, lambda: self.now_s)


def seen(visitor, source="office", **more):
    given = {"slate": SLATE, "source": source, "from_page": True, "self_asked": True, **more}
    return Event(f"e {visitor}", "impression", visitor, **given)


def counted(limit, *events):
    return [limit.bounded(one, now_ms=0).slate.arms for one in events]


@pytest.fixture
def state():
    return State()


def test_further_visitors_lose_the_arms_and_nothing_else(state):
    limit, third = state.limit(2), seen("v3")
    assert counted(limit, seen("v1"), seen("v2")) == [SLATE.arms] * 2
    bounded = limit.bounded(third, now_ms=0)
    assert bounded == replace(third, slate=replace(SLATE, arms=()))
    assert limit.refused == 1


def test_a_visitor_counts_once_whatever_it_reports_before_the_log_has_it(state):
    limit = state.limit(1)
    assert counted(limit, *[seen("v1")] * 50) == [SLATE.arms] * 50
    assert counted(limit, seen("v2"), seen("v1")) == [(), SLATE.arms]


def test_who_is_exposed_needs_no_place(state):
    limit = state.limit(1)
    state.exposed = {(f"v{n}", one) for n in range(20) for one in SLATE.arms}
    assert counted(limit, *(seen(f"v{n}") for n in range(20))) == [SLATE.arms] * 20
    assert counted(limit, seen("new"), seen("newer")) == [SLATE.arms, ()]


def test_a_visitor_stays_in_the_experiment_that_it_was_in(state):
    limit = state.limit(1)
    state.exposed = {("v1", WARM)}
    assert counted(limit, seen("v2"), seen("v1")) == [SLATE.arms, (WARM,)]


def test_another_source_has_its_own_places(state):
    limit = state.limit(1)
    assert counted(limit, seen("v1"), seen("v2"), seen("v3", source="home")) == [
        SLATE.arms,
        (),
        SLATE.arms,
    ]


def test_who_was_refused_enters_when_there_is_room_again(state):
    limit = state.limit(1)
    assert counted(limit, seen("v1"), seen("v2")) == [SLATE.arms, ()]
    state.now_s = 61.0
    assert counted(limit, seen("v2")) == [SLATE.arms]


@pytest.mark.parametrize(
    "more",
    [
        {"from_page": False, "self_asked": False},
        {"from_page": False},
        {"self_asked": False},  # the backend asked for the list
        {"slate": None},
        {"slate": replace(SLATE, arms=())},
    ],
    ids=["backend", "backend, list of a page", "list of a backend", "no list", "no arms"],
)
def test_what_is_not_limited(state, more):
    limit = state.limit(1)
    events = [seen(f"v{n}", **more) for n in range(20)]
    assert [limit.bounded(one, now_ms=0) for one in events] == events
    assert limit.refused == 0


def test_a_click_exposes_nobody_and_needs_no_place(state):
    limit = state.limit(1)
    clicks = [replace(seen(f"v{n}"), event_type="click") for n in range(20)]
    assert [limit.bounded(one, now_ms=0) for one in clicks] == clicks


def test_0_is_no_limit(state):
    limit = state.limit(0)
    assert counted(limit, *(seen(f"v{n}") for n in range(500))) == [SLATE.arms] * 500


def test_the_memory_of_who_was_let_in_is_bounded(state, monkeypatch):
    monkeypatch.setattr(exposure_limit, "ADMITTED_MAX", 10)
    limit = state.limit(1_000)
    counted(limit, *(seen(f"v{n}") for n in range(500)))
    assert len(limit._admitted) == 10


def test_the_log_says_it_once_an_hour_and_names_nobody(state):
    limit = state.limit(1)
    with structlog.testing.capture_logs() as lines:
        counted(limit, *(seen(f"secret-{n}", source="a-source") for n in range(100)))
        state.now_s = SAY_AGAIN_S
        counted(limit, *(seen(f"secret-{n}", source="a-source") for n in range(200, 210)))
    assert [line["log_level"] for line in lines] == ["warning"] * 2
    assert "secret" not in repr(lines)
    assert "a-source" not in repr(lines)
    assert "page_source_exposures_per_minute_max" in lines[0]["event"]
