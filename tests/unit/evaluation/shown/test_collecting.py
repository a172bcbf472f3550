"""The first pass: which lists count, and which acts count for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater_server.engine.messages.asked import Question
from headwater_server.engine.messages.entries import Build, Entry, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.evaluation.shown.arrays import metrics_of, shown
from headwater_server.evaluation.shown.collecting import EARLY, LARGE, OLD, Collecting
from headwater_server.evaluation.shown.span import Span
from headwater_server.replica.ports.position import START, Position

MINUTE = 60_000
SLATE = Slate("r1", "best", "home", ("tent", "boots", "stove"), (0.5, 0.4, 0.3), 1, 0, 900)
SLATE = replace(SLATE, question=Question())


def seen(slate: Slate = SLATE, *items: str, visitor: str = "ann", **more: object) -> Event:
    named = tuple(map(EventItem, items))
    event_id = f"seen-{slate.recommendation_id}-{len(items)}"
    return Event(event_id, "impression", visitor, items=named, slate=slate, **more)  # type: ignore[arg-type]


def act(name: str, item: str, kind: str = "click", visitor: str = "ann", **more: object) -> Event:
    return Event(name, kind, visitor, items=(EventItem(item),), **more)  # type: ignore[arg-type]


def collect(
    *entries: tuple[int, list[object]],
    span: Span | None = None,
    placement: str | None = None,
    start: Position = START,
) -> Collecting:
    """Collect from entries (minute, operations); the first one has the number 1."""
    found = Collecting(span or Span(), 30.0, placement, start, EngineSettings())
    for sequence, (minute, operations) in enumerate(entries, start.sequence + 1):
        time_ms = minute * MINUTE
        entry = Entry(time_ms, tuple(operations))  # type: ignore[arg-type]
        found.take(Position(f"{time_ms}-{sequence}", sequence), entry)
    found.end()
    return found


def earned(found: Collecting, metric: str = "act_rate") -> list[list[float]]:
    rows: list[list[float]] = shown(found.packed, metric).rewards.tolist()
    return rows


def test_an_act_counts_for_the_slot_that_was_seen_within_the_window():
    found = collect(
        (1, [seen(SLATE, "tent", "boots")]),
        (5, [act("a", "boots")]),
        (6, [act("b", "stove")]),  # not seen
        (31, [act("c", "tent")]),
        (32, [act("d", "tent", "purchase-complete")]),  # 31 minutes later
    )
    assert earned(found) == [[1.0, 1.0, 0.0]]
    assert earned(found, "purchases") == [[0.0, 0.0, 0.0]]
    assert found.packed[0].acts == 2


def test_the_reward_of_a_slot_is_its_best_also_below_nothing_if_the_event_says_so():
    found = collect(
        (1, [seen()]),
        (2, [act("a", "tent", reward=-0.5), act("b", "boots", reward=0.0)]),
        (3, [act("c", "stove", reward=-0.25), act("d", "stove", reward=-1.0)]),
    )
    assert earned(found, "reward") == [[-0.5, 0.0, -0.25]]
    assert earned(found, "act_rate") == [[0.0, 0.0, 0.0]]
    later = collect(
        (1, [seen()]), (2, [act("a", "tent", reward=-0.5), act("b", "tent", reward=0.75)])
    )
    assert earned(later, "reward") == [[0.75, 0.0, 0.0]]
    refused = collect((1, [seen()]), (2, [act("a", "tent", "dislike")]))
    assert earned(refused, "reward") == [[0.0, 0.0, 0.0]]


def test_an_act_with_the_token_counts_for_a_slot_that_was_not_reported_as_seen():
    found = collect((1, [seen(SLATE, "tent")]), (2, [act("a", "stove", slate=SLATE)]))
    assert earned(found) == [[0.0, 0.0, 1.0]]


def test_another_visitors_act_counts_only_with_the_account_or_the_token():
    other = replace(SLATE, recommendation_id="r2")
    found = collect(
        (1, [seen(), seen(other, visitor="bob", user_id="u")]),
        (2, [act("a", "tent", visitor="eve")]),
        (3, [act("b", "boots", visitor="phone", user_id="u")]),
        (4, [act("c", "stove", visitor="phone", slate=SLATE)]),
    )
    by_name = {
        one.slate.recommendation_id: row
        for one, row in zip(found.packed, earned(found), strict=True)
    }
    assert by_name == {"r1": [0.0, 0.0, 1.0], "r2": [0.0, 1.0, 0.0]}


def test_an_event_that_is_sent_twice_counts_once():
    bought = act("a", "tent", "purchase-complete")
    found = collect((1, [seen(), seen()]), (2, [bought, bought]), (3, [bought]))
    assert len(found.packed) == 1
    assert earned(found, "purchases") == [[1.0, 0.0, 0.0]]


def test_an_act_that_arrives_before_its_impression_counts():
    bought = act("a", "tent", "purchase-complete", slate=SLATE)
    found = collect((1, [bought, bought]), (2, [seen()]))
    assert earned(found, "purchases") == [[1.0, 0.0, 0.0]]
    assert found.counts.unreported == 0


def test_acts_of_a_list_that_was_never_reported_are_counted_as_unreported():
    found = collect((1, [act("a", "tent", slate=SLATE)]))
    assert len(found.packed) == 0
    assert found.counts.unreported == 1


def test_acts_that_no_report_can_reach_any_more_are_forgotten_but_counted():
    other, late = (replace(SLATE, recommendation_id=name) for name in ("r2", "r3"))
    found = collect(
        (1, [act("a", "tent", slate=SLATE)]),
        (40, [act("b", "tent", slate=other), seen(SLATE)]),
        (41, [seen(other), act("c", "tent", slate=late)]),
    )
    by_name = {one.slate.recommendation_id: one.acts for one in found.packed}
    assert by_name == {"r1": 1, "r2": 2}  # the last act is on an item of both
    assert found.counts.unreported == 2


def test_two_reports_of_one_list_add_their_slots():
    found = collect(
        (1, [seen(SLATE, "tent")]), (2, [seen(SLATE, "boots", "tent")]), (3, [act("a", "boots")])
    )
    assert len(found.packed) == 1
    assert earned(found) == [[0.0, 1.0, 0.0]]


def test_metrics_are_in_their_units_and_revenue_is_by_currency():
    items = (EventItem("tent", 2.0, 9.5, "EUR"), EventItem("boots", 1.0, 7.0, "USD"))
    found = collect(
        (1, [seen()]),
        (2, [Event("o", "order", "ann", items=(*items, EventItem("stove")))]),
        (3, [act("r", "tent", "rating", value=4.0)]),
        (4, [act("d", "boots", "dislike")]),
    )
    assert earned(found, "reward") == [[1.0, 1.0, 1.0]]
    assert earned(found, "purchases") == [[1.0, 1.0, 1.0]]
    assert metrics_of(found.packed, "revenue") == ["revenue EUR", "revenue USD"]
    assert earned(found, "revenue EUR") == [[19.0, 0.0, 0.0]]
    assert earned(found, "revenue USD") == [[0.0, 7.0, 0.0]]
    assert found.counts.purchases_without_price == 1


def test_rewards_are_those_in_force():
    settings = replace(EngineSettings(), rewards={**EngineSettings().rewards, "wave": 0.7})
    found = collect(
        (1, [seen(), act("a", "tent", "wave")]),
        (2, [SettingsChange(settings, "ops", ("rewards",)), act("b", "tent", "wave")]),
    )
    assert earned(found, "reward") == [[0.7, 0.0, 0.0]]


def test_what_cannot_be_asked_again_is_counted_by_reason():
    old = replace(SLATE, recommendation_id="old", time_ms=0, sequence=0, unreplayable=True)
    large = replace(SLATE, recommendation_id="large", question=None, unreplayable=True)
    early = replace(SLATE, recommendation_id="early", sequence=3)
    found = collect(
        (1, [seen(old), seen(large), seen(early), seen(replace(SLATE, sequence=5))]),
        start=Position("1-0", 4),
    )
    assert [one.slate.recommendation_id for one in found.packed] == ["r1"]
    assert found.counts.unreplayable == {OLD: 1, LARGE: 1, EARLY: 1}


@pytest.mark.parametrize(
    ("span", "names"),
    [
        (Span(), ["r1", "r2", "r3"]),
        (Span((2 * MINUTE, 0)), ["r2", "r3"]),
        (Span((0, 0), (2 * MINUTE, 9)), ["r1", "r2"]),
        (Span((99 * MINUTE, 0)), []),
    ],
)
def test_the_place_of_the_answer_decides_whether_it_is_in_the_span(span, names):
    """Its report comes later, and so do the acts."""
    answers = [replace(SLATE, recommendation_id=f"r{n}", sequence=n) for n in (1, 2, 3)]
    found = collect((1, []), (2, []), (3, []), (4, [seen(one) for one in answers]), span=span)
    assert [one.slate.recommendation_id for one in found.packed] == names


def test_answers_come_in_the_order_of_their_places():
    later, half = replace(SLATE, recommendation_id="r2", sequence=2), replace(SLATE, operations=7)
    found = collect(
        (1, []),
        (2, []),
        (3, [seen(later), seen(half), seen(replace(SLATE, recommendation_id="r0"))]),
    )
    assert [one.place for one in found.packed] == [(1, 0, 0), (1, 7, 0), (2, 0, 0)]


def test_one_placement_is_collected_and_all_are_known():
    cart = replace(SLATE, recommendation_id="r2", placement="cart")
    found = collect((1, [seen(), seen(cart)]), placement="cart")
    assert [one.placement for one in found.packed] == ["cart"]
    assert set(found.placements) == {"home", "cart"}


def test_the_build_that_answered_is_the_last_one_before():
    found = collect((1, [Build("1.0", 4)]), (2, []), (3, [Build("2.0", 5, "0.3")]))
    assert found.build_at(0) == found.build_at(1) == "1.0, state 4, River unknown"
    assert found.build_at(3) == "2.0, state 5, River 0.3"


def test_an_answer_of_an_account_is_one_person_on_all_devices():
    answer = Answer(SLATE, "phone", "u", False, "home", 0)
    assert answer.profile == "u:u"
    assert replace(answer, user_id="").profile == "v:phone"


def test_lists_of_equal_items_share_their_texts_slots_and_question():
    """So that a log of millions of lists names each item once in memory."""
    slates = [_copied(replace(SLATE, recommendation_id=f"r{n}")) for n in range(2)]
    found = collect((1, [seen(slate, "tent") for slate in slates]))
    first, second = (answer.slate for answer in found.packed)
    assert [first, second] == slates
    for one, other in zip(first.item_ids, second.item_ids, strict=True):
        assert one is other
    assert first.question is second.question
    assert found.packed[0].seen is found.packed[1].seen


def test_a_question_keeps_the_sign_of_a_zero():
    """0.0 and -0.0 are equal, and are asked otherwise."""
    zeros = [replace(SLATE.question, context=(("heat", zero),)) for zero in (0.0, -0.0)]
    slates = [replace(SLATE, recommendation_id=f"r{n}", question=q) for n, q in enumerate(zeros)]
    found = collect((1, [seen(slate) for slate in slates]))
    assert [repr(one.slate.question.context[0][1]) for one in found.packed] == ["0.0", "-0.0"]


def _copied(slate: Slate) -> Slate:
    """Return an equal slate that has no object of its texts and its question with it."""
    items = tuple("".join(list(item)) for item in slate.item_ids)
    return replace(slate, item_ids=items, question=Question())
