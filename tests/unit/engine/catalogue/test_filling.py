"""A restored catalogue is filled at once: its columns answer as if items were put one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.filters import parse
from headwater_server.engine.messages.entries import Item

_texts = st.lists(st.sampled_from("abc"), max_size=3).map(tuple)
_features = st.tuples(st.sampled_from("xy"), st.sampled_from(["a", "b", 1.0, 2.5]))
_items = st.builds(
    Item,
    item_id=st.just("i"),
    categories=_texts,
    tags=_texts,
    price=st.none() | st.sampled_from([1.0, 9.0]),
    available=st.booleans(),
    features=st.lists(_features, max_size=3).map(tuple),
)
FILTERS = (
    'categories: ANY("a")',
    'tags: ANY("b", "c")',
    "available = true",
    "price < 5",
    "x != 1",
    "y >= 2",
    'x: ANY("a")',
)


@given(items=st.lists(_items, max_size=40))
def test_columns_filled_at_once_are_those_of_items_put_one_by_one(items: list[Item]) -> None:
    filled, put = Columns(64), Columns(64)
    filled.fill(enumerate(items))
    for number, item in enumerate(items):
        put.put(number, item)
    for _ in range(2):
        for text in FILTERS:
            assert parse(text).mask(filled).tolist() == parse(text).mask(put).tolist(), text
        assert filled.names() == put.names()
        for columns in (filled, put):  # also after changes of what was filled
            for number in range(0, len(items), 3):
                columns.drop(number)
