"""A preview: both lists, what moved and why; and the state stays as it was."""

from dataclasses import replace

import pytest

from headwater_server.engine.messages.entries import ItemDelete
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentWrite,
    PolicyWrite,
)
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.rules import RuleDelete
from tests.unit.engine.rules.editing import do, pinned, put, write
from tests.unit.engine.small_shop import CAP, IDS, PIN, shop

ASKED = RecommendRequest(
    "stranger", "r", page_size=3, candidate_item_ids=IDS, explore=False, explain=True
)
NOW_MS = 2_000


def previewed(engine, *drafts, requests=(ASKED,), now_ms=NOW_MS):
    """Return the draft views and lists; every draft is allowed, and nothing is changed."""
    digest, rules, revision = engine.digest(), engine.settings.rules, engine.parts.rules.revision
    preview = engine.lookups.rules.preview(now_ms)
    statuses = [preview.add(draft).status.value for draft in drafts]
    found = list(preview.drafts(drafts)), list(preview.lists(requests))
    assert engine.digest() == digest
    assert engine.settings.rules == rules
    assert engine.parts.rules.revision == revision
    return statuses, *found


def ids(recommendation):
    return [result.item_id for result in recommendation.results]


def test_the_list_after_is_what_recommend_returns_once_the_draft_is_saved():
    engine, asked = shop(PIN), replace(ASKED, page_size=len(IDS))
    draft = write("table", pinned("d"))
    _, [view], [one] = previewed(engine, draft, requests=(asked,))
    assert ids(one.before) == ids(engine.recommend(asked, NOW_MS))
    do(engine, draft)
    assert ids(one.after) == ids(engine.recommend(asked, NOW_MS))
    assert (view.items_passing, view.warnings) == (None, ())
    [move] = [move for move in one.moves if move.item_id == "d"]
    assert (move.before, move.after, move.rules) == (4, 1, ("table",))
    assert move.reason == 'pinned by "table"'
    assert {move.item_id for move in one.moves if not move.rules} >= {ids(one.before)[0]}


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"kind": "boost", "filter": 'brand: ANY("Z")', "by": 9}, "raised"),
        ({"kind": "bury", "filter": 'categories: ANY("light")', "times": 1e5}, "lowered"),
        ({"kind": "hide", "filter": 'categories: ANY("light")'}, "hidden"),
        ({"kind": "cap", "filter": 'categories: ANY("light")', "most": 1}, "limited"),
    ],
)
def test_each_kind_says_why(rule, word):
    engine = shop()
    _, [view], [one] = previewed(engine, write("new", rule))
    assert view.items_passing == (1 if word == "raised" else 2)
    reasons = [move.reason for move in one.moves if "new" in move.rules]
    assert reasons
    assert set(reasons) == {f'{word} by "new"'}


def test_a_deletion_shows_what_leaves_with_the_rule():
    engine = shop(PIN | {"item_ids": ["nothing", "e"]})
    _, views, [one] = previewed(engine, RuleDelete("chair first"))
    assert views == []
    [move] = [move for move in one.moves if move.rules]
    assert (move.item_id, move.before, move.reason) == ("e", 2, 'no longer pinned by "chair first"')


def test_a_scheduled_draft_is_seen_at_its_time():
    engine = shop()
    draft = write("table", pinned("d", start="1970-01-01T00:01:00Z"))
    assert previewed(engine, draft)[2][0].moves == ()
    assert previewed(engine, draft, now_ms=60_000)[2][0].moves


def test_what_fits_nothing_is_warned_of():
    engine = shop()
    drafts = [
        write("gone", pinned("nothing", 2)), write("first", pinned("c")),
        write("late", pinned("e")),
        write("field", {"kind": "cap", "field": "colour", "most": 1}),
        write("none", {"kind": "hide", "filter": 'categories: ANY("light", "lihgt")'}),
        write("acts", {"kind": "hide", "event_types": ["vew"], "days": 2}),
    ]  # fmt: skip
    _, views, _ = previewed(engine, *drafts, requests=())
    found = {view.name: " ".join(view.warnings) for view in views}
    assert "the catalogue does not have nothing" in found["gone"]
    assert found["first"] == ""
    assert '"first" pins slot 1, too' in found["late"]
    assert "no item has the field colour" in found["field"]
    assert found["none"] == 'filter: no item has categories "lihgt"'
    assert "no event type vew; did you mean" in found["acts"]
    assert "no list changes before that" in found["acts"]


def test_a_draft_that_exceeds_a_limit_is_refused_and_the_others_stay():
    engine = shop(*[CAP | {"name": f"s{n}"} for n in range(60)])
    statuses, views, _ = previewed(
        engine, write("table", pinned("d")), write("cap", {"kind": "cap", "field": "x", "most": 1})
    )
    assert statuses == ["created", "conflict"]
    assert [view.name for view in views] == ["table"]


def test_a_visitor_whose_arm_has_rules_of_its_own_is_said_to_see_no_change():
    engine = shop()
    arms = ExperimentArm("control", "none"), ExperimentArm("other", "none")
    do(engine, PolicyWrite("none", '{"rules": []}'), ExperimentWrite(Experiment("e", arms)))
    _, _, [one] = previewed(engine, write("table", pinned("d")))
    assert one.moves == ()
    assert "rules of its own" in one.note
    assert one.arms


def test_a_rule_that_is_saved_as_it_is_moves_nothing():
    engine = shop()
    put(engine, "table", pinned("d"))
    statuses, [view], [one] = previewed(engine, write("table", pinned("d")))
    assert (statuses, view.name, one.moves) == (["exists"], "table", ())


def warned(engine, *drafts):
    _, views, _ = previewed(engine, *drafts, requests=())
    return {view.name: " ".join(view.warnings) for view in views}


def test_every_condition_of_a_filter_is_looked_at():
    both = 'colour: ANY("red") AND categories: ANY("lihgt")'
    found = warned(shop(), write("two", {"kind": "hide", "filter": both}))
    assert "no item has the field colour" in found["two"]
    assert 'no item has categories "lihgt"' in found["two"]


def test_a_placement_is_warned_of_also_before_any_list_was_seen():
    found = warned(shop(), write("there", pinned("c") | {"placements": ["hmoe"]}))
    assert "no list was seen at hmoe yet" in found["there"]


def test_a_deleted_item_is_warned_of_whether_it_was_known_or_not():
    engine = shop()
    do(engine, ItemDelete("never"), ItemDelete("d"))
    found = warned(engine, write("a", pinned("never", 2)), write("b", pinned("d", 3)))
    assert "does not have never" in found["a"]
    assert "does not have d" in found["b"]


def test_a_pin_of_another_placement_is_said_to_count_there_alone():
    engine = shop()
    drafts = [
        write("shelf", pinned("c") | {"placements": ["shelf"]}),
        write("all", pinned("e")),
        write("home", pinned("a") | {"placements": ["home"]}),
    ]
    found = warned(engine, *drafts)
    assert '"shelf" pins slot 1 at shelf, too' in found["all"]
    assert '"all" pins slot 1, too' in found["home"]
