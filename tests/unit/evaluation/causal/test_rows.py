"""The first pass and the rows: which acts count before and after a list, and what is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.catalogue.filters import parse
from headwater_server.engine.messages.asked import Question
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.policies.chances import Chances
from headwater_server.engine.policies.standing import Standing
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.causal.acts import Acts, place_key
from headwater_server.evaluation.causal.asked import Outcome, category_filter
from headwater_server.evaluation.causal.gathered import Gathered, draw_of
from headwater_server.evaluation.causal.rows import CHOSEN_BEFORE, rows_of
from headwater_server.evaluation.shown.answer import Answer

HOUR = 3_600_000
SLATE = Slate("r1", "best", "home", ("tent", "boots"), (0.5, 0.4), 10, 2, 100 * HOUR)
SLATE = replace(SLATE, question=Question(context=(("device", "phone"),)))


def answer(visitor="ann", user="", slate=SLATE, seen=(0,)):
    return Answer(slate, visitor, user, False, "home", slate.time_ms, frozenset(seen))


def act(name, kind="view", item="tent", visitor="ann", **more):
    return Event(name, kind, visitor, items=(EventItem(item, **more.pop("priced", {})),), **more)


def acts_of(*entries, item_id=""):
    """Collect from (sequence, hour, operations, imported)."""
    found = Acts(item_id)
    for sequence, hour, operations, *rest in entries:
        entry = Entry(int(hour * HOUR), tuple(operations), imported=bool(rest))
        found.take(sequence, entry, EngineSettings())
    return found


def standing(*ids, chance=0.5):
    count = len(ids)
    nothing = np.zeros(count)
    whole = Chances(np.ones(2), nothing, 1, estimated=False)
    return Standing(ids, np.full(count, chance), nothing, nothing, nothing, nothing, 3, whole)


def rows(acts, outcome, *answers, ids=("tent",), window=72.0):
    gathered = Gathered()
    for number, one in enumerate(answers):
        seen = {one.slate.item_ids[slot] for slot in one.seen}
        gathered.add(number, one.profile, standing(*ids), set(one.slate.item_ids), seen)
    return rows_of(gathered, answers, acts, outcome, window * HOUR)


def test_an_act_counts_after_or_before_by_its_place_on_the_log_within_the_window():
    """The list came from the state after entry 10 and two operations of entry 11."""
    purchase = {"kind": "purchase-complete"}
    acts = acts_of(
        (9, 27, [act("long before", **purchase)]),  # 73 hours before
        (11, 100, [act("0"), act("before", **purchase), act("after", **purchase), act("also")]),
        (12, 173, [act("too late", **purchase)]),
    )
    found = rows(acts, Outcome.PURCHASE, answer())
    assert (found.before.tolist(), found.outcome.tolist()) == ([1.0], [1.0])
    later = replace(SLATE, operations=3)
    found = rows(acts, Outcome.PURCHASE, answer(slate=later))
    assert (found.before.tolist(), found.outcome.tolist()) == ([1.0], [0.0])
    assert found.acted.tolist() == [1.0]  # the view of the last operation
    wide = rows(acts, Outcome.PURCHASE, answer(slate=later), window=73.0)
    assert wide.outcome.tolist() == [1.0]


def test_an_act_of_an_import_counts_by_its_own_time():
    early = replace(act("e", "purchase"), event_time_ms=99 * HOUR)
    late = replace(act("l", "purchase"), event_time_ms=101 * HOUR)
    acts = acts_of((90, 500, [early, late], True))
    found = rows(acts, Outcome.PURCHASE, answer())
    assert (found.before.tolist(), found.outcome.tolist()) == ([1.0], [1.0])


def test_acts_of_the_account_count_once_and_those_of_others_do_not():
    acts = acts_of(
        (12, 101, [act("a", "purchase", visitor="phone", user_id="u", priced={"price": 5.0})]),
        (12, 102, [act("b", "purchase", visitor="ann", user_id="u", priced={"price": 7.0})]),
        (12, 103, [act("c", "purchase", visitor="eve", priced={"price": 90.0})]),
        (12, 104, [act("d", "purchase", item="boots", priced={"price": 90.0})]),
        (12, 105, [act("b", "purchase", visitor="ann", user_id="u", priced={"price": 7.0})]),
    )
    alone, known = answer(), answer(user="u")
    found = rows(acts, Outcome.REVENUE, alone, known)
    assert found.outcome.tolist() == [7.0, 12.0]  # the repeated event counts once
    assert found.visitors.tolist() == [0, 1]


def test_revenue_is_in_the_currency_of_most_purchases_and_the_rest_is_counted():
    euro = {"price": 2.0, "currency_code": "EUR", "quantity": 3.0}
    dollar = {**euro, "currency_code": "USD"}
    acts = acts_of(
        (11, 101, [act("a", "purchase", priced=euro), act("b", "purchase", priced=euro)]),
        (12, 101, [act("c", "purchase", priced=dollar), act("d", "purchase")]),
    )
    assert acts.currency == "EUR"
    assert dict(acts.currencies) == {"EUR": 2, "USD": 1}
    assert acts.without_price == 1
    slate = replace(SLATE, operations=0)
    assert rows(acts, Outcome.REVENUE, answer(slate=slate)).outcome.tolist() == [12.0]
    assert rows(acts, Outcome.ACT, answer(slate=slate)).outcome.tolist() == [1.0]


def test_what_is_no_positive_act_does_not_count():
    acts = acts_of((12, 101, [act("a", "dislike"), act("b", "impression"), act("c", "no-such")]))
    assert rows(acts, Outcome.ACT, answer()).outcome.tolist() == [0.0]


def test_one_item_keeps_only_its_own_acts():
    acts = acts_of((12, 101, [act("a"), act("b", item="boots")]), item_id="boots")
    assert list(acts.items) == ["boots"]
    found = rows(acts, Outcome.ACT, answer(), ids=("tent", "boots"))
    assert found.outcome.tolist() == [0.0, 1.0]


def test_rows_say_what_was_placed_and_seen_and_under_which_circumstances():
    other = replace(SLATE, recommendation_id="r2", time_ms=107 * HOUR, question=Question())
    found = rows(acts_of(), Outcome.ACT, answer(), answer("bob", slate=other), ids=("tent", "mug"))
    assert found.placed.tolist() == [1.0, 0.0, 1.0, 0.0]
    assert found.seen.tolist() == [1.0, 0.0, 1.0, 0.0]
    assert set(found.names) == {
        "from 0 to 6 h", "from 6 to 12 h", "device phone", "device unknown",
    }  # fmt: skip
    assert found.covariates[:, found.names.index("device phone")].tolist() == [1.0, 1.0, 0.0, 0.0]
    assert CHOSEN_BEFORE not in found.names  # nothing varies there


def test_more_rows_than_the_limit_leave_out_whole_visitors():
    gathered = Gathered(rows_max=40)
    for number in range(200):
        name = f"v:visitor-{number % 50}"
        if gathered.keeps(name):
            gathered.add(number, name, standing("tent", "mug"), {"tent"}, set())
    assert 0 < len(gathered) <= 40
    assert gathered.share < 1.0
    kept = {number % 50 for number in gathered.table()["list"].astype(int).tolist()}
    assert kept == {n for n in range(50) if draw_of(f"v:visitor-{n}") < gathered.share}
    each = [(gathered.table()["list"] % 50 == n).sum() for n in kept]
    assert set(each) == {8}  # four lists of two items: all of a visitor or nothing


@pytest.mark.parametrize("name", ['19" racks', "back\\slash", "\\", '\\"', "new\nline", "ünï", "("])
def test_a_category_of_any_characters_is_a_filter_for_just_this_one(name):
    found = parse(category_filter(name))
    assert found.fields() == {"categories"}
    assert found.passes({"categories": [name]})
    assert not found.passes({"categories": [f"{name}x", "x", ""]})


def test_places_sort_as_entries_and_operations_do():
    places = [(1, 0), (1, 5), (2, 0), (2, 2_000_000), (3, 0)]
    keys = [place_key(*one) for one in places]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
