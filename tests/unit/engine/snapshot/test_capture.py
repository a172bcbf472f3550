"""A copy is what the state was when it was taken, however long its writing takes."""

import numpy as np

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemDelete,
    ItemWrite,
    UserErase,
    UserWrite,
)
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot import state
from headwater_server.engine.snapshot.capture import STEP_BYTES, Capture
from headwater_server.engine.snapshot.state import digest


def act(n, kind):
    items = (EventItem(f"i{n % 7}"), EventItem(f"i{n % 5}"))
    return Event(f"e{n}-{kind}", kind, f"v{n % 11}", user_id=f"u{n % 4}", items=items)


def taught(engine, numbers):
    for n in numbers:
        operations = (
            act(n, "impression"),
            act(n, "purchase"),
            ItemWrite(Item(f"i{n}", title=f"title {n}")),
            UserWrite(f"u{n}", (("segment", f"s{n}"),)),
        )
        engine.apply(Entry(1_000 * n, operations))
    return engine


def learned(parts):
    return digest((p.removeprefix("learned/"), x) for p, x in parts if p.startswith("learned/"))


def test_what_is_learned_after_it_was_taken_is_not_in_it():
    """Everything changes between the taking and the writing: history, ids, windows, users."""
    engine = taught(Engine(EngineSettings(hide_days={"purchase": 30.0})), range(40))
    expected, capture = engine.digest(), engine.capturing()
    for _ in capture.rehearse():
        pass
    for _ in capture.take():
        pass
    taught(engine, range(40, 60))
    engine.apply(Entry(10**7, (UserErase("u1", ("v1", "v2")), act(99, "purchase"))))
    assert engine.digest() != expected
    parts = list(capture.parts())
    assert learned(parts) == expected
    assert Engine.restore(parts).digest() == expected


def test_long_lists_are_copied_in_steps(monkeypatch):
    """A list of all items takes a step for each part, and answers come in between."""
    engine = taught(Engine(), range(40))
    engine.apply(Entry(10**6, (ItemDelete("i3"),)))
    expected, whole = engine.digest(), len(list(engine.capturing().take()))
    monkeypatch.setattr(state, "COPY_STEP", 7)
    capture = engine.capturing()
    assert len(list(capture.take())) >= whole + 5
    assert learned(capture.parts()) == expected == engine.digest()


def test_learning_during_the_rehearsal_does_no_harm():
    """The state may even outgrow the memory that was taken for it."""
    engine = taught(Engine(), range(3))
    capture = engine.capturing()
    for step, _ in enumerate(capture.rehearse()):
        taught(engine, range(10 + step, 11 + step))
    taught(engine, range(100, 400))
    for _ in capture.take():
        pass
    assert learned(capture.parts()) == engine.digest()


def test_no_step_copies_much():
    """Each step is short: what is copied between two of them stays near the bound."""
    numbers = np.arange(10 * STEP_BYTES, dtype=np.uint8).reshape(-1, 4)
    capture = Capture(lambda: {"a": numbers, "b": [1.0] * 1_000})
    assert sum(1 for _ in capture.rehearse()) >= 10
    assert sum(1 for _ in capture.take()) >= 10
    taken = dict(capture.parts())
    assert np.array_equal(taken["a"], numbers)
    assert taken["b"] == [1.0] * 1_000
