"""Changes of keys are on the audit log: what happened to which name, never a key."""

from __future__ import annotations

import json
import time

import pytest

from headwater_server.api.access.key_entries import accesses
from headwater_server.api.access.key_texts import key_texts
from headwater_server.engine.auditing import access
from headwater_server.engine.auditing.access import AccessState, differences
from headwater_server.engine.auditing.trail import ENTRIES_MAX, KEY, SESSION
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, KeyChange, SessionEnd

ANNA, BOB = "a-key-of-anna-0001", "a-key-of-bob-00001"


def texts(*entries, pages=()):
    keys = accesses(",".join(entries), is_page=False)
    return key_texts([*keys, *accesses(",".join(pages), is_page=True)])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((), (f"{ANNA};name=anna",), [("added", "key anna of a backend")]),
        ((f"{ANNA};name=anna",), (), [("removed", "key anna of a backend")]),
        (
            (f"{ANNA};name=anna",),
            (f"{BOB};name=anna",),
            [("replaced", "key anna of a backend")],
        ),
        (
            (f"{ANNA};name=anna;scopes=read",),
            (f"{ANNA};name=anna;scopes=read+rules",),
            [("changed", "key anna of a backend")],
        ),
        ((f"{ANNA};name=anna",), (f"{ANNA};name=eve",), [("changed", "key eve of a backend")]),
        (
            (ANNA,),
            (BOB,),
            [
                ("removed", "key without a name of a backend"),
                ("added", "key without a name of a backend"),
            ],
        ),
        ((ANNA, f"{BOB};name=bob"), (f"{BOB};name=bob", ANNA), []),
    ],
    ids=["added", "removed", "replaced", "scopes", "renamed", "without a name", "in another order"],
)
def test_what_happened_to_a_key_is_named(before, after, expected):
    found = list(differences(texts(*before), texts(*after)))
    assert [(one.action, one.subject) for one in found] == expected
    assert not any(key in repr(found) for key in (ANNA, BOB))


def test_scopes_and_rate_are_in_the_values_and_a_page_is_another_kind():
    page = "pk-0123456789abcdef;name=shop;scopes=recommend;calls_per_second=5"
    (one,) = differences((), texts(pages=[page]))
    assert one.subject == "key shop of a page"
    new = json.loads(one.new)
    assert (new["scopes"], new["calls_per_second"]) == (["recommend"], 5)
    assert len(new["mark"]) == 4


def test_a_guess_at_a_key_costs_as_much_as_a_password_and_a_start_little():
    keys = [f"{ANNA}-{number}" for number in range(8)]
    texts(keys[0])
    begin_s = time.thread_time()
    marks = [json.loads(one)["mark"] for one in texts(*keys)]
    each_s = (time.thread_time() - begin_s) / len(keys)
    assert each_s > 0.005  # a fast hash takes a microsecond
    assert each_s < 0.2  # about 0.025 where nothing else runs
    assert len(set(marks)) > 1
    assert texts(*reversed(keys)) == texts(*keys)


def test_an_engine_notes_changes_once_and_keeps_them_through_a_restart():
    engine = Engine()
    digest = engine.digest()
    first, second = texts(f"{ANNA};name=anna"), texts(f"{ANNA};name=anna", f"{BOB};scopes=read")
    for time_ms, keys in ((1_000, first), (2_000, first), (3_000, second)):
        engine.apply(Entry(time_ms, (KeyChange("server-1", keys),)))
    engine.apply(Entry(4_000, (KeyChange("token-keys", (), "rotated", "token keys: key 2"),)))
    again = Engine.restore(engine.capture())
    for one in (engine, again):
        entries = list(one.parts.audit.newest([KEY]))
        assert [(e.action, e.who, e.time_ms) for e in entries] == [
            ("rotated", "token-keys", 4_000),
            ("added", "server-1", 3_000),
            ("added", "server-1", 1_000),
        ]
        assert one.access.keys == second
        assert one.digest() == digest  # it teaches nothing


def test_sign_outs_are_noted_once_each_and_push_no_key_out():
    engine = Engine()
    engine.apply(Entry(1_000, (KeyChange("server-1", texts(ANNA)),)))
    for number in range(ENTRIES_MAX + 1):
        end = SessionEnd(f"s{number}", 9_000_000, "anna")
        engine.apply(Entry(2_000 + number, (end, end)))
    engine.apply(Entry(9_000, (end,)))  # another server ends it, too
    (key,) = engine.parts.audit.newest([KEY])
    assert (key.action, key.time_ms) == ("added", 1_000)
    entries = list(engine.parts.audit.newest([SESSION]))
    assert [(e.action, e.who, e.time_ms) for e in entries] == [
        ("signed out", "anna", time_ms) for time_ms in range(2_000 + ENTRIES_MAX, 2_000, -1)
    ]


def test_ended_sessions_are_kept_as_long_as_they_could_last(monkeypatch):
    engine = Engine()
    engine.apply(Entry(1_000, (SessionEnd("s1", 9_000, "anna"),)))
    again = Engine.restore(engine.capture())
    assert (again.access.has_ended("s1"), again.access.has_ended("s2")) == (True, False)
    again.apply(Entry(9_001, (SessionEnd("s2", 20_000, "bob"),)))
    assert (again.access.has_ended("s1"), again.access.has_ended("s2")) == (False, True)
    monkeypatch.setattr(access, "SESSIONS_MAX", 2)
    state = AccessState()
    for number in range(3):
        state.end(f"s{number}", 1_000 + number, now_ms=0)
    assert [state.has_ended(f"s{number}") for number in range(3)] == [False, True, True]
