"""A shop that grows does so in steps: arrays double, and words are weighed again."""

from __future__ import annotations

import numpy as np

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite
from headwater_server.models.base import CAPACITY_START, STEP_BYTES, growing, grown
from headwater_server.models.content.content import STEP_ITEMS, Content


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


def test_words_are_weighed_again_in_steps() -> None:
    content = Content()
    content.reserve(4_096)
    for item in range(2 * STEP_ITEMS - 1):
        content.describe(item, [f"w{item % 50}"])
    taken = {item: len(list(content.describing(item, ["w1", "w2"]))) for item in range(999, 1_030)}
    assert max(taken.values()) == -(-1_024 // STEP_ITEMS)
    assert sum(steps > 0 for steps in taken.values()) == 1


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
