"""Rules of editors: over the settings', undone, locked, in the state."""

import json

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.experiments import PolicyPromote, PolicyRollback, PolicyWrite
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.rules import RuleWrite
from headwater_server.engine.rules import judging
from headwater_server.engine.rules.book import CHANGES_MAX
from headwater_server.engine.rules.judging import RULE_CHARS_MAX
from headwater_server.engine.settings import EngineSettings
from tests.unit.engine.rules.editing import delete, do, names, pinned, put, write
from tests.unit.engine.small_shop import BURY, CAP, GIFTS, PIN, ask, shop

HIDE = {"kind": "hide", "filter": 'categories: ANY("light")'}
ACTS = {"name": "bought", "kind": "hide", "event_types": ["purchase"], "days": 9}


def items(engine, **more):
    return [result.item_id for result in ask(engine, explore=False, **more).results]


def settings_are(engine, *rules):
    changed = EngineSettings(rules=list(rules), exploration_temperature=0.6)
    return do(engine, SettingsChange(changed, given=("rules",)))[0][0]


def test_what_an_editor_writes_is_in_force_from_the_next_answer_on():
    engine = shop()
    assert put(engine, "table", pinned("d")) == "created"
    assert items(engine)[0] == "d"
    assert put(engine, "table", pinned("e")) == "created"
    assert items(engine)[0] == "e"
    assert delete(engine, "table") == "created"
    assert items(engine)[0] != "e"


def test_an_editors_rule_comes_first_and_keeps_the_place_of_the_settings_rule():
    engine = shop(PIN, CAP)
    put(engine, "table", pinned("d", 2))
    assert names(engine) == ["table", "chair first", "one a brand"]
    assert items(engine)[1] == "d"
    put(engine, "chair first", pinned("e", 3))
    assert names(engine) == ["table", "chair first", "one a brand"]


def test_the_settings_do_not_change_what_an_editor_wrote():
    engine = shop(PIN, CAP)
    put(engine, "chair first", pinned("e", 1))
    assert delete(engine, "one a brand") == "created"
    assert settings_are(engine, PIN | {"slot": 3}, CAP, GIFTS) == "created"
    assert names(engine) == ["chair first", "a gift"]
    assert engine.settings.rules[0]["item_ids"] == ["e"]
    assert delete(engine, "chair first", to_settings=True) == "created"
    assert engine.settings.rules[0]["slot"] == 3
    assert settings_are(engine) == "created"
    assert names(engine) == []


def test_settings_that_exceed_a_limit_with_the_editors_rules_are_refused():
    engine = Engine()
    for n in range(31):
        put(engine, f"c{n}", {"kind": "cap", "field": "tags", "most": n})
    many = [CAP | {"name": f"s{n}"} for n in range(30)]
    [status], [detail] = do(engine, SettingsChange(EngineSettings(rules=many)))
    assert (status, "61 caps" in detail) == ("quarantined", True)
    assert len(engine.settings.rules) == 31


def test_a_repeated_write_changes_nothing_and_an_old_revision_is_refused():
    engine = shop()
    first = write("table", pinned("d"), revision=0)
    assert do(engine, first, first)[0] == ["created", "exists"]
    digest = engine.digest()
    [status], [detail] = do(engine, write("table", pinned("e"), revision=0, who="bob"))
    assert (status, detail.startswith("revision: ")) == ("conflict", True)
    assert "by ann" in detail
    assert engine.digest() == digest
    assert put(engine, "table", pinned("e"), revision=1, who="bob") == "created"
    assert delete(engine, "table", revision=1) == "conflict"
    assert delete(engine, "table", revision=2) == "created"
    assert put(engine, "table", pinned("e"), revision=2) == "conflict"
    assert delete(engine, "table") == "exists"


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"kind": "pin", "slot": 0, "item_ids": ["a"]}, "slot"),
        ({"kind": "pin", "slot": 1}, "item_ids or filter"),
        ({"kind": "boost", "filter": "price <", "by": 1}, "filter"),
        ({"kind": "hide"}, "filter"),
        ({"kind": "hide", "days": 3}, "event_types"),
        ({"kind": "hide", "event_types": ["view"], "days": 3, "placements": ["a"]}, "placements"),
        ({"kind": "sing"}, "kind"),
        (pinned(colour="red"), "colour"),
        (pinned(start="2026-11-27"), "start"),
        (pinned(start="2026-11-27T08:00:00Z", end="2026-11-27T08:00:00Z"), "end"),
    ],
)
def test_a_malformed_rule_leaves_no_trace(rule, field):
    engine = shop()
    before = engine.digest()
    [status], [detail] = do(engine, write("bad", rule))
    assert (status, f'rule "bad": {field}: ' in detail) == ("quarantined", True)
    assert engine.digest() == before


def test_a_rule_is_limited_in_size_and_named_as_its_operation():
    engine = shop()
    long = write("long", pinned(item_ids=[f"item-{n}" for n in range(RULE_CHARS_MAX // 10)]))
    assert do(engine, long)[0] == ["quarantined"]
    other = write("one", pinned())
    assert do(engine, RuleWrite("two", other.rule))[0] == ["quarantined"]


def test_hide_by_filter_leaves_items_out_of_all_lists_also_pinned_ones():
    engine = shop()
    put(engine, "no lamps", HIDE)
    put(engine, "lamp", pinned("a"))
    assert not {"a", "b"} & set(items(engine, size=5))
    put(engine, "no lamps", HIDE | {"placements": ["home"]})
    assert items(engine)[0] == "a"
    assert not {"a", "b"} & set(items(engine, size=5, placement="home"))


def test_a_schedule_is_in_force_by_the_time_of_the_question():
    engine = shop()
    put(engine, "table", pinned("d", start="1970-01-01T00:00:02Z", end="1970-01-01T00:00:03Z"))
    asked = RecommendRequest("stranger", "r", page_size=3, explore=False)
    first = [
        engine.recommend(asked, ms).results[0].item_id == "d" for ms in (1999, 2000, 2999, 3000)
    ]
    assert first == [False, True, True, False]
    statuses = [next(engine.lookups.rules.views(ms)).status for ms in (1999, 2000, 3000)]
    assert statuses == ["scheduled", "active", "expired"]


@pytest.mark.parametrize("rules", [(), (PIN, BURY)])
def test_a_snapshot_and_a_second_fold_have_the_same_rules(rules):
    engine, other = shop(*rules), shop(*rules)
    operations = [
        write("table", pinned("d")), write("chair first", pinned("e", 3)),
        PolicyWrite("own", json.dumps({"rules": [GIFTS]})), PolicyPromote("own", force_reason="x"),
        write("table", pinned("b")),
    ]  # fmt: skip
    do(engine, *operations)
    for operation in operations:
        do(other, operation)
    restored = Engine.restore(engine.capture())
    assert engine.digest() == other.digest() == restored.digest()
    assert engine.settings == other.settings == restored.settings
    assert restored.lookups.rules.changes() == engine.lookups.rules.changes()
    assert [*restored.lookups.audit().newest()] == [*engine.lookups.audit().newest()]


def test_an_engine_without_rules_of_editors_has_no_branch_for_them():
    assert "rules" not in shop(PIN).parts.state()


def test_a_promoted_policy_with_rules_replaces_those_before_it_until_its_rollback():
    engine = shop(PIN, ACTS)
    put(engine, "table", pinned("d"))
    put(engine, "bought too", {k: v for k, v in ACTS.items() if k != "name"})
    do(engine, PolicyWrite("own", json.dumps({"rules": [CAP]})))
    do(engine, PolicyPromote("own", force_reason="we know it"))
    assert names(engine) == ["bought too", "bought", "one a brand"]
    statuses = {view.rule["name"]: view.status for view in engine.lookups.rules.views(5_000)}
    assert statuses["table"] == "replaced"
    assert put(engine, "gift", {k: v for k, v in GIFTS.items() if k != "name"}) == "created"
    assert put(engine, "table", pinned("d")) == "created"  # the same again: over the policy now
    assert names(engine) == ["table", "gift", "bought too", "bought", "one a brand"]
    do(engine, PolicyRollback("own"))
    assert names(engine) == ["table", "bought too", "gift", "chair first", "bought"]


def test_a_rollback_that_would_exceed_a_limit_is_refused():
    engine = shop(*[CAP | {"name": f"s{n}"} for n in range(40)])
    do(engine, PolicyWrite("own", '{"rules": []}'), PolicyPromote("own", force_reason="x"))
    for n in range(21):
        assert put(engine, f"c{n}", {"kind": "cap", "field": "tags", "most": n}) == "created"
    [status], [detail] = do(engine, PolicyRollback("own"))
    assert (status, "61 caps" in detail) == ("conflict", True)
    delete(engine, "c0")
    assert do(engine, PolicyRollback("own"))[0] == ["created"]


def test_changes_name_before_and_after_and_are_bounded():
    engine = shop(PIN)
    put(engine, "chair first", pinned("e"), reason="spring")
    delete(engine, "chair first")
    first, second = engine.lookups.rules.changes()
    assert (json.loads(first.before), json.loads(first.after)["item_ids"]) == (PIN, ["e"])
    assert (first.revision, first.previous_revision, first.reason) == (1, 0, "spring")
    assert (second.previous_revision, second.after, second.before) == (1, "", first.after)
    for n in range(CHANGES_MAX + 5):
        put(engine, "x", pinned("d", n % 90 + 1))
    changes = engine.lookups.rules.changes()
    assert len(changes) == CHANGES_MAX
    assert changes[-1].revision == engine.lookups.rules.revision


def test_rules_before_anything_else_survive_the_first_settings():
    engine = Engine()
    put(engine, "table", pinned("d"))
    do(engine, SettingsChange(EngineSettings(seed=7)))
    assert names(engine) == ["table"]
    assert engine.lookups.rules.revision == 1
    assert engine.apply(Entry(5, ())) == []


def test_promoted_policies_are_read_once_for_all_edits(monkeypatch):
    engine = shop()
    for number in range(20):
        put(engine, f"rule {number}", pinned("d", placements=[f"place {number}"]))
    policy = PolicyWrite("p", '{"exploration_temperature": 0.3}', "ann")
    do(engine, policy, PolicyPromote("p", force_reason="so"))
    read, edits = [], engine.parts.rules.edits.values()
    monkeypatch.setattr(judging, "replaced_at", lambda *args: read.append(args) or 0)
    state = engine.parts.rule_state
    assert all(state.counts(edit) for edit in edits)
    assert len(edits) == 20
    assert len(read) == 1
