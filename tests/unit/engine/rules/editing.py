"""Short ways to write and delete rules of an engine, for tests."""

import json

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.rules import RuleDelete, RuleWrite


def pinned(item_id="d", slot=1, **more):
    return {"kind": "pin", "slot": slot, "item_ids": [item_id], **more}


def write(name, rule, revision=None, who="ann", **more):
    return RuleWrite(name, json.dumps({"name": name, **rule}), who, revision=revision, **more)


def do(engine, *operations, time_ms=1_000):
    """Apply operations as one entry; return the status of each as text, and the details."""
    outcomes = engine.apply(Entry(time_ms, operations))
    return [outcome.status.value for outcome in outcomes], [one.detail for one in outcomes]


def put(engine, name, rule, **more):
    return do(engine, write(name, rule, **more))[0][0]


def delete(engine, name, **more):
    return do(engine, RuleDelete(name, **{"who": "ann"} | more))[0][0]


def names(engine):
    return [rule["name"] for rule in engine.settings.rules]
