"""Whatever settings, policies and editors write in whatever order: the fold goes on."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.messages.experiments import PolicyPromote, PolicyRollback, PolicyWrite
from headwater_server.engine.messages.rules import RuleDelete, RuleWrite
from headwater_server.engine.rules.views import overridden
from headwater_server.engine.settings import EngineSettings
from tests.unit.engine.rules.editing import delete, do, put

RULES = (
    {"kind": "hide", "event_types": ["like"], "days": 1},
    {"kind": "cap", "field": "brand", "most": 2},
    {"kind": "pin", "slot": 1, "item_ids": ["tent"]},
)
NAMES = "a", "b"


def _rules(rng, kinds=RULES):
    return [{"name": name, **rng.choice(kinds)} for name in NAMES if rng.random() < 0.6]


def _operation(rng):
    name, policy = rng.choice(NAMES), f"p{rng.randrange(3)}"
    rule = json.dumps({"name": name, **rng.choice(RULES)})
    makers = (
        lambda: RuleWrite(name, rule, "ann"),
        lambda: RuleDelete(name, "ann", to_settings=rng.random() < 0.5),
        lambda: SettingsChange(EngineSettings(rules=_rules(rng))),
        lambda: PolicyWrite(policy, json.dumps({"rules": _rules(rng, RULES[1:])})),
        lambda: PolicyPromote(policy, force_reason="so"),
        PolicyRollback,
    )
    return rng.choice(makers)()


@pytest.mark.parametrize("seed", range(5))
def test_each_is_done_or_refused_and_can_be_read_and_restored(seed):
    rng, engine, seen = Random(seed), Engine(), Counter()
    for number in range(150):
        operation = _operation(rng)
        status = do(engine, operation, time_ms=1_000 + number)[0][0]
        seen[type(operation), status] += 1
        views = list(engine.lookups.rules.views(now_ms=5))
        named = [rule["name"] for rule in engine.settings.rules]
        assert named == [view.rule["name"] for view in views[: len(named)]]
        list(overridden(engine.parts.rule_state))
        if number % 30 == 0:
            again = Engine.restore(engine.capture())
            assert (again.digest(), again.settings) == (engine.digest(), engine.settings)
            engine = again
    assert {kind for kind, status in seen if status == "created"} >= {
        RuleWrite, RuleDelete, SettingsChange, PolicyPromote, PolicyRollback,
    }  # fmt: skip


def test_a_rule_that_an_editor_deleted_comes_back_only_where_it_fits():
    """The settings' rule and the policy's have one name: without the deletion they contradict."""
    hide, cap = ({"name": "a", **rule} for rule in RULES[:2])
    engine = Engine()
    do(engine, SettingsChange(EngineSettings(rules=[hide])))
    assert delete(engine, "a") == "created"
    promote = PolicyPromote("p", force_reason="so")
    written = PolicyWrite("p", json.dumps({"rules": [cap]}))
    assert do(engine, written, promote)[0] == ["created", "created"]
    assert delete(engine, "a", to_settings=True) == "conflict"
    assert next(engine.lookups.rules.views(now_ms=5)).rule["kind"] == "cap"
    assert put(engine, "b", RULES[2]) == "created"
    assert do(engine, PolicyRollback())[0] == ["created"]
    assert delete(engine, "a", to_settings=True) == "created"
    assert [rule["name"] for rule in engine.settings.rules] == ["b", "a"]
