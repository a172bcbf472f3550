"""A shop that grows does so in steps: arrays double, and words are weighed again."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.learning import attribution
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.reranking import hiding
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot.state import flatten
from headwater_server.engine.visitors import histories
from headwater_server.models import base
from headwater_server.models.base import CAPACITY_START, STEP_BYTES, growing, grown
from headwater_server.models.content.content import TOKENS_MAX, Content
from headwater_server.models.covisitation import neighbours


def write(*numbers: int) -> Entry:
    return Entry(0, tuple(ItemWrite(Item(f"i{n}", f"red lamp {n}")) for n in numbers))


def test_a_large_array_grows_in_steps() -> None:
    small = np.arange(3 * STEP_BYTES // 8, dtype=np.float64).reshape(-1, 4)
    steps, result = growing(small, 2 * len(small), fill=-1), None
    taken = 0
    while result is None:
        try:
            next(steps)
        except StopIteration as end:
            result = end.value
        else:
            taken += 1
    assert taken == 6, "what is filled is written, too"
    assert np.array_equal(result, grown(small, 2 * len(small), fill=-1))
    assert np.array_equal(result[: len(small)], small)
    assert (result[len(small) :] == -1).all()


def test_the_item_for_which_all_arrays_grow_is_written_in_steps() -> None:
    engine = Engine()
    engine.apply(write(*range(CAPACITY_START - 1)))
    before = list(engine.applying(write(0))).count(None)
    assert list(engine.applying(write(CAPACITY_START))).count(None) >= before + 12
    assert engine.parts.catalogue.rows == 2 * CAPACITY_START


def test_words_are_weighed_again_before_there_are_twice_as_many_items() -> None:
    """In turn, a few with each item: no single one waits for all."""
    content, filler = Content(), [f"w{n}" for n in range(TOKENS_MAX)]
    content.reserve(4_096)
    content.describe(0, ["common", *filler])
    numbered = content.state()["_words"].index("common")
    assert numbered in content.tokens[0]
    for item in range(1, 600):
        content.describe(item, ["common", f"x{item % 50}"])
    assert numbered not in content.tokens[0]  # all others of its words are rarer by now
    for item in range(600, 1_200):
        assert list(content.describing(item, ["common", "x1"])) == []
    before = content.tokens[:1_200].copy()
    content._select_tokens(np.arange(1_200))
    assert (content.tokens[:1_200] == before).mean() > 0.95


def test_items_are_listed_by_id_whatever_was_written_and_deleted() -> None:
    engine, rng = Engine(), np.random.default_rng(3)
    numbers = rng.permutation(300).tolist()
    engine.apply(write(*numbers))
    engine.apply(Entry(1, tuple(ItemDelete(f"i{n}") for n in numbers[:100])))
    engine.apply(write(*numbers[:30]))
    expected = sorted(f"i{n}" for n in numbers[:30] + numbers[100:])
    for each in (engine, Engine.restore(engine.capture())):
        for filtered in ("", 'available: ANY("true")', "NOT price < 0"):
            pages, after = [], ""
            while page := each.lookups.list_items(after, 7, filtered):
                pages += [item.item_id for item in page]
                after = pages[-1]
            assert pages == expected
    assert engine.digest() == Engine.restore(engine.capture()).digest()


def test_all_models_grow_in_steps_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every array with a row an item is copied part by part, whichever model it belongs to."""
    models, step_bytes = Engine().parts.models, 4_096
    monkeypatch.setattr(base, "STEP_BYTES", step_bytes)
    names = ("next_item", "companions", "by_event", "by_day", "starts", "activity")
    leaves = flatten({name: getattr(models, name).state() for name in names})
    arrays = [leaf for _, leaf in leaves if isinstance(leaf, np.ndarray)]
    copied = sum(each.nbytes for each in arrays if len(each) == CAPACITY_START)
    assert len(list(models.reserving(2 * CAPACITY_START))) > copied // step_bytes > 30


def test_items_that_make_room_are_forgotten_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What names them is searched part by part: histories, impressions, hidden items, pairs."""
    steps = {histories: "STEP_ROWS", neighbours: "STEP_ROWS", attribution: "STEP", hiding: "STEP"}
    for module, name in steps.items():
        monkeypatch.setattr(module, name, 64)
    settings = EngineSettings(items_max=64, event_items_max=64)
    parts = (engine := Engine(settings)).parts
    for n in range(256):
        items = (EventItem(f"i{n % 64}"),)
        slate = Slate(f"r{n}", "p", "", (f"i{n % 64}",), (1.0,))
        seen = Event(f"s{n}", "impression", f"v{n}", slate=slate)
        view = Event(f"e{n}", "view", f"v{n}", items=items)
        engine.apply(Entry(n, (view, seen)))
        parts.hiding.hide(f"v{n}", n % 64, 10_000_000, now_ms=n, row_class=0)
    assert len(parts.attribution) == len(parts.visitors) == 256
    taken = len(list(parts.making_room(1)))
    rows = len(parts.visitors.histories.size) + CAPACITY_START  # of visitors, of items
    assert taken > (rows + 256 + 256) // 64
    assert len(parts.attribution) < 256
    assert engine.digest() == Engine.restore(engine.capture()).digest()
