"""Rules are read whole, or refused with the rule's name and the field."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, SettingsChange
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.reranking.rules import BadRuleError, parse_rules
from headwater_server.engine.settings import EngineSettings
from headwater_server.settings import load_settings
from headwater_server.settings_checks import BadSettings

PAGE = (Path(__file__).parents[4] / "docs" / "rules.md").read_text()
PIN = {"name": "p", "kind": "pin", "slot": 1, "item_ids": ["a"]}
TEA = 'categories: ANY("tea")'
BOOST = {"name": "b", "kind": "boost", "filter": TEA, "by": 1}
CAP = {"name": "c", "kind": "cap", "field": "brand", "most": 2}
HIDE = {"name": "h", "kind": "hide", "event_types": ["purchase"], "days": 9}
LONG = " OR ".join(f"n{n} < 1" for n in range(31))
MANY = f"{LONG} OR a < 1 OR b < 1"
TEXTS = "tags: ANY(" + ", ".join(f'"t{n}"' for n in range(450))


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({}, "a list of objects"),
        ("[]", "a list of objects"),
        ([3], "rules[0]: an object"),
        ([{"kind": "pin"}], "rules[0]: name: 1 to 64"),
        ([PIN | {"name": "x" * 65}], "rules[0]: name: 1 to 64"),
        ([PIN, PIN], 'rules[1] "p": name: another rule has it'),
        ([PIN | {"kind": "glue"}], 'rules[0] "p": kind: one of pin, boost, bury, cap, hide'),
        ([PIN | {"colour": "red"}], 'rules[0] "p": colour: there is no such field'),
        ([PIN | {"slot": 0}], 'rules[0] "p": slot: a whole number from 1 to 100'),
        ([PIN | {"slot": 1.5}], "slot: a whole number"),
        ([PIN | {"slot": True}], "slot: a whole number"),
        ([PIN | {"item_ids": []}], "item_ids: 1 to 1,000 texts"),
        ([PIN | {"item_ids": "a"}], "item_ids: texts that are not empty"),
        ([{"name": "p", "kind": "pin", "slot": 1}], "item_ids or filter: is required"),
        ([{"name": "p", "kind": "pin", "item_ids": ["a"]}], "slot: is required"),
        ([BOOST | {"by": 0}], "by: a number above 0"),
        ([BOOST | {"by": float("nan")}], "by: a number from 0"),
        ([BOOST | {"by": "much"}], "by: a number from 0"),
        ([BOOST | {"times": 1}], "times: a number above 1"),
        ([{"name": "b", "kind": "bury", "filter": TEA}], "by or times: is required"),
        ([{"name": "b", "kind": "boost", "by": 1}], "filter: is required"),
        ([BOOST | {"filter": "price <"}], 'rules[0] "b": filter: at character 8: a number'),
        ([BOOST | {"filter": ""}], "filter: texts that are not empty"),
        ([CAP | {"most": -1}], "most: a whole number from 0"),
        ([{"name": "c", "kind": "cap", "most": 1}], "field or filter: is required"),
        ([HIDE | {"days": -1}], "days: a number from 0"),
        ([HIDE | {"placements": ["home"]}], "placements: there is no such field"),
        ([{"name": "d", "kind": "diversity", "level": "huge"}], "level: one of none, low"),
        ([CAP | {"start": "2026-01-01T00:00:00"}], "start: a time such as"),
        ([CAP | {"start": 5}], "start: a time such as"),
        (
            [CAP | {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}],
            "end: does not come after the start",
        ),
        ([CAP | {"name": f"c{n}"} for n in range(61)], "61 caps; 60 are the most"),
        ([PIN | {"name": f"p{n}"} for n in range(201)], "201 of them; 200 are the most"),
        ([BOOST | {"filter": MANY}], '"b": filter: at character 341: 33 different conditions; at'),
        (
            [BOOST | {"name": f"b{n}", "filter": f"{LONG} OR b{n} < 1"} for n in range(7)],
            "filters of 224 conditions; 200 are the most",
        ),
        (
            [BOOST | {"name": f"b{n}", "filter": f'{TEXTS}, "{n}")'} for n in range(9)],
            "filters with 4,059 texts in ANY; 4,000 are the most",
        ),
    ],
)
def test_what_is_wrong_is_named(rules, says):
    with pytest.raises(BadRuleError, match=re.escape(says)):
        parse_rules(rules)


def test_a_rule_holds_in_its_placements_and_between_its_times():
    cap = CAP | {"placements": ["home"], "start": "1970-01-01T00:00:01Z"}
    (rule,) = parse_rules([cap | {"end": "1970-01-01T01:00:02+01:00"}])
    assert [rule.holds("home", ms) for ms in (999, 1000, 1999, 2000)] == [False, True, True, False]
    assert not rule.holds("basket", 1000)
    assert not rule.holds("", 1000)
    assert parse_rules([CAP])[0].holds("", 0)


def test_a_change_of_rules_takes_effect_at_its_entry_and_survives_a_restart():
    engine = Engine()
    items = tuple(ItemWrite(Item(name)) for name in ("a", "b", "c"))
    engine.apply(Entry(1, items))
    question = RecommendRequest("ann", "r", explore=False, explain=True)
    before, digest = engine.recommend(question, 2), engine.digest()
    last = before.results[-1].item_id
    pin = PIN | {"item_ids": [last]}
    change = Entry(3, (SettingsChange(EngineSettings(rules=[pin])),))
    assert engine.apply(change)[0].status is Status.CREATED
    after = engine.recommend(question, 4)
    assert (after.results[0].item_id, after.results[0].rules) == (last, ("p",))
    assert engine.digest() != digest
    restored = Engine.restore(engine.capture())
    assert restored.digest() == engine.digest()
    assert restored.recommend(question, 4) == after
    parsed = EngineSettings.parse(engine.settings.canonical())
    assert parsed.canonical() == engine.settings.canonical()


def test_rules_that_cannot_be_are_refused_on_the_log_too():
    engine = Engine()
    digest = engine.digest()
    change = SettingsChange(EngineSettings(rules=[BOOST | {"filter": "price <"}]))
    outcome = engine.apply(Entry(1, (change,)))[0]
    assert outcome.status is Status.QUARANTINED
    assert 'rules[0] "b": filter: at character 8' in outcome.detail
    assert engine.digest() == digest


@pytest.fixture
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # no headwater.toml of the developer's


@pytest.mark.usefixtures("_elsewhere")
def test_rules_come_from_a_flag_a_variable_a_file_or_tables(monkeypatch):
    Path("shop.json").write_text(json.dumps([PIN]))
    assert load_settings(rules=json.dumps([CAP])).engine.rules == [CAP]
    assert load_settings(rules="@shop.json").engine.rules == [PIN]
    monkeypatch.setenv("HEADWATER_RULES", "@shop.json")
    assert load_settings().engine.rules == [PIN]
    monkeypatch.delenv("HEADWATER_RULES")
    Path("headwater.toml").write_text(
        '[[rules]]\nname = "c"\nkind = "cap"\nfield = "brand"\nmost = 2\n'
        "start = 2026-11-27T08:00:00Z\n"
    )
    engine = load_settings().engine
    assert parse_rules(engine.rules)[0].start_ms == 1_795_766_400_000
    assert EngineSettings.parse(engine.canonical()) == engine


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("@nowhere.json", "rules = @nowhere.json: "),
        ("[", "rules: write JSON, or @file"),
        ("{}", "rules: a list of objects"),
        (json.dumps([BOOST | {"filter": "price <"}]), 'rules[0] "b": filter: at character 8'),
    ],
)
def test_a_server_does_not_start_with_rules_that_cannot_be(text, says):
    with pytest.raises(BadSettings, match=re.escape(says)):
        load_settings(rules=text)


def test_the_examples_of_the_page_are_rules():
    """Each block of docs/rules.md is read as it stands; together they show every kind."""
    blocks = re.findall(r"```(json|toml)\n(.*?)```", PAGE, re.DOTALL)
    kinds = set()
    for form, text in blocks:
        rules = json.loads(text) if form == "json" else tomllib.loads(text)["rules"]
        engine = load_settings(rules=rules).engine
        Engine(engine)
        kinds |= {type(rule).__name__ for rule in parse_rules(engine.rules)}
    assert kinds == {"Pin", "Boost", "Bury", "Cap", "Hide", "Diversify"}
