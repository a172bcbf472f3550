"""Filters say what they mean, and where they stop making sense."""

import time
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.catalogue import filters
from headwater_server.engine.catalogue.bounded_cache import BoundedCache
from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.fields.text_hashes import TextHashes
from headwater_server.engine.catalogue.filters import BadFilterError, parse
from headwater_server.engine.catalogue.numbers import Numbers
from headwater_server.engine.catalogue.postings import DENSE_SHARE, Postings
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, SettingsChange
from headwater_server.engine.settings import EngineSettings

SHOP = (
    Item("0", categories=("tea",), price=3.0, tags=("new",), features=(("brand", "Acme"),)),
    Item("1", categories=("tea", "gift"), price=30.0, features=(("grams", 250.0),)),
    Item("2", categories=("cup",), available=False, features=(("brand", 'say "so"'),)),
    Item("3"),
)


def passing(text, items=SHOP):
    """Return the numbers of the items that pass."""
    columns = Columns()
    for number, item in enumerate(items):
        columns.put(number, item)
    found = {n for n in range(len(items)) if parse(text).mask(columns)[n]}
    assert found == {n for n in range(len(items)) if parse(text).passes(columns.values(n))}
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('categories: ANY("tea")', {0, 1}),
        ('categories: ANY("cup", "gift")', {1, 2}),
        ('categories:ANY("tea") AND NOT categories:ANY("gift")', {0}),
        ("price < 10", {0}),
        ("price <= 3 OR price >= 30", {0, 1}),
        ("price != 3", {1}),
        ("NOT price < 10", {1, 2, 3}),
        ("available = true", {0, 1, 3}),
        ("available != true", {2}),
        ('brand: ANY("Acme")', {0}),
        ('brand: ANY("say \\"so\\"")', {2}),
        ("grams = 2.5e2", {1}),
        ('tags: ANY("new") OR categories: ANY("cup") AND price > 100', {0}),
        ('(tags: ANY("new") OR categories: ANY("cup")) AND price > 100', set()),
        ("nothing > 0", set()),
        ("nothing != true", set()),
        ('nothing: ANY("x")', set()),
    ],
)
def test_it_passes_what_it_says(text, expected):
    """AND binds stronger than OR; an item without a field fails its conditions."""
    assert passing(text) == expected


@pytest.mark.parametrize(
    ("text", "position"),
    [("price <", 8), ("price < < 3", 9), ("(price < 3", 11), ("price < 3)", 10), ("AND", 1),
     ("tags: ANY()", 11), ("tags: SOME('x')", 7), ("", 1), ("price < 3 price > 1", 11)],
)  # fmt: skip
def test_what_does_not_parse_is_named_with_its_position(text, position):
    """The position counts from 1 and is where the text stops making sense."""
    with pytest.raises(BadFilterError) as caught:
        parse(text)
    assert caught.value.position == position


@given(text=st.text(max_size=80) | st.text(alphabet='()<>=!":, ANDORTcategories123.', max_size=60))
def test_whatever_is_typed_parses_or_is_explained(text):
    """No text raises anything but the filter's own error."""
    try:
        parse(text)
    except BadFilterError as error:
        assert 1 <= error.position <= len(text) + 1  # noqa: PT017 - most texts do not parse


def test_nesting_has_a_limit():
    """A filter that would exhaust the stack is refused."""
    with pytest.raises(BadFilterError, match="nested"):
        parse("(price < 3 AND (price > 1 OR " * 60 + "price = 2" + "))" * 60)
    assert passing("NOT " * 500 + "price < 10") == {0}


def test_a_change_of_the_item_is_seen():
    """What was put before is forgotten, whichever field it stood in."""
    columns = Columns()
    columns.put(0, SHOP[0])
    before = columns.written.version
    columns.put(0, Item("0", categories=("cup",)))
    assert columns.written.version > before
    assert not parse('categories: ANY("tea") OR price > 0 OR tags: ANY("new")').mask(columns)[0]
    columns.drop(0)
    assert not parse('categories: ANY("cup") OR available = true').mask(columns)[0]


def dense_shop(rows=131_072, texts=500):
    """A catalogue in which each condition of a worst filter holds for many items."""
    columns = Columns(rows)
    postings = columns._postings["tags"] = Postings(rows)
    for number in range(texts):  # a list is longest before it becomes bits
        held = np.arange(number, rows, DENSE_SHARE + 1, dtype=np.int32)
        postings._holders[f"{number}"] = array("i", held.tobytes())
    columns._postings["categories"] = columns._paths["categories"] = postings
    columns._unique["title"] = titles = TextHashes(rows)
    titles._hashes[:] = np.arange(rows) * 7919
    for number in range(80):
        numbers = columns._numbers[f"n{number}"] = Numbers(rows)
        numbers._array = np.arange(rows, dtype=np.float64)
    return columns


ANY_300 = ", ".join(f'"{n}"' for n in range(300))
ANY_500 = ", ".join(f'"{n}"' for n in range(500))
WORST = {
    "one text, many times": "available: ANY(" + ", ".join(['"true"'] * 590) + ")",
    "one condition, many times": " OR ".join(['available: ANY("true")'] * 170),
    "many texts": f"tags: ANY({ANY_500})",
    "many branches": f"categories: ANY({ANY_500})",
    "many titles": f"title: ANY({ANY_500})",
    "many other texts": " OR ".join(f'tags != "{n}"' for n in range(32)),
    "many comparisons": " OR ".join(f"n{n} > {131_000 + n}" for n in range(32)),
    "many differences": " AND ".join(f"n{n} != {n}" for n in range(32)),
    "negated": " AND ".join(f"NOT n{n} = {n}" for n in range(32)),
    "nested": "".join(f"n{n} > 9 AND (n{n} < 0 OR (" for n in range(15)) + "a < 1" + "))" * 15,
}


def cpu_s(text, columns):
    """Return the least CPU of three evaluations."""
    taken_s = []
    for _ in range(3):
        start_s = time.thread_time()
        filters._parsed(text).mask(columns)
        taken_s.append(time.thread_time() - start_s)
    return min(taken_s)


@pytest.mark.parametrize("text", WORST.values(), ids=WORST)
def test_the_most_expensive_filters_cost_at_most_400_comparisons(text):
    """A comparison of 131,072 numbers takes about 0.1 ms, so this is a ratio, not a time."""
    columns = dense_shop()
    assert cpu_s(text, columns) < 400 * cpu_s("n0 > 131000", columns)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (" OR ".join(f"n{n} < 1" for n in range(33)), "33 different conditions; at most 32 may be"),
        (f'tags: ANY({ANY_500}) OR tags: ANY("x")', "501 different texts in ANY; at most 500"),
        ("(" * 700 + "n < 1" + ")" * 700, "1403 words and signs; at most 1200 may be"),
    ],
)
def test_what_would_cost_too_much_is_refused_with_the_limit(text, limit):
    with pytest.raises(BadFilterError, match=limit):
        parse(text)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (" OR ".join(['tags: ANY("a")'] * 99), 1),
        ('tags: ANY("a") OR price < 1 OR tags: ANY("b", "a")', 3),
        ('tags: ANY("a") AND tags: ANY("b")', 3),
        ("NOT NOT price < 1", 1),
        ("(price < 1 OR a = 1) AND (price < 1 OR a = 1)", 3),
        ("NOT (price < 1 AND NOT price < 1)", 4),
    ],
)
def test_each_condition_is_evaluated_once(text, steps):
    assert len(parse(text).program.steps) == steps


LEAVES = st.sampled_from(['tags: ANY("new")', 'categories: ANY("tea")', "price < 10", "grams != 1",
                          "available = true", 'categories: ANY("cup", "gift")'])  # fmt: skip


@given(
    text=st.recursive(
        LEAVES,
        lambda inner: (
            st.builds("({} {} {})".format, inner, st.sampled_from(("AND", "OR")), inner)
            | st.builds("NOT {}".format, inner)
        ),
        max_leaves=20,
    )
)
def test_a_shorter_form_passes_the_same_items(text):
    """Compared with Python's own evaluation of the same words, item by item."""
    asked = text.replace("AND", "and").replace("OR", "or").replace("NOT", "not")
    expected = set()
    for number in range(len(SHOP)):
        values = asked
        for leaf in ('tags: ANY("new")', 'categories: ANY("tea")', 'categories: ANY("cup", "gift")',
                     "price < 10", "grams != 1", "available = true"):  # fmt: skip
            values = values.replace(leaf, str(number in passing(leaf)))
        if eval(values):
            expected.add(number)
    assert passing(text) == expected


def test_what_is_kept_of_filters_is_bounded_by_bytes(monkeypatch):
    """1,100 different filters kept 480 MB: the tree of each, and a mask of all items."""
    monkeypatch.setattr(filters, "_compiled", BoundedCache(200_000))
    shop = Engine()
    shop.bound_filters(10_000)
    shop.apply(Entry(0, tuple(map(ItemWrite, SHOP))))
    for number in range(60):
        text = f"price < {number} AND tags: ANY({ANY_300})"
        shop.lookups.list_items("", 10, text)
        assert text in filters._compiled._kept
    assert 0 < filters._compiled.nbytes <= 200_000
    assert 0 < shop.parts.scoring.masks.kept.nbytes <= 10_000
    shop.apply(Entry(0, (SettingsChange(EngineSettings(seed=2)),)))
    assert shop.parts.scoring.masks.kept.bytes_max == 10_000


operations = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 19), st.booleans()), max_size=120
)


@given(operations=operations, grow_at=st.integers(0, 120))
def test_postings_hold_what_was_added(operations, grow_at):
    """Whatever form they take: a number, a list, a mask, and after growing a list again."""
    postings, rows, model = Postings(20), 20, {"a": set(), "b": set(), "c": set()}
    for place, (text, item, is_added) in enumerate(operations):
        if place == grow_at:
            rows = 200
            postings.reserve(rows)
        if is_added and item not in model[text]:
            postings.add(text, item)
            model[text].add(item)
        elif not is_added and item in model[text]:
            postings.remove(text, item)
            model[text].remove(item)
        for name, items in model.items():
            mask = postings.mask([name])
            assert len(mask) == rows
            assert set(np.flatnonzero(mask).tolist()) == items
