"""What is said and done in the shop of `test_shop_model`, as hypothesis makes it up."""

from __future__ import annotations

from hypothesis import strategies as st

from headwater_server.engine.catalogue.catalogue import ITEM_FIELDS
from headwater_server.engine.messages.entries import Item, ItemWrite

from .shop_model import any_of, below, both, either, is_available, no

IDS = tuple(f"i{n}" for n in range(12))
VISITORS = ("ann", "bob", "cat")
ACCOUNTS = ("", "", "home", "work")
LABELS = ("tea", "coffee", "cup")
MINUTE_MS = 60_000

WHEN = st.one_of(st.just(0), st.integers(1, 200 * MINUTE_MS))
SET_TIMES = st.one_of(st.none(), st.none(), st.integers(-5000, 60 * MINUTE_MS))
WRITES = st.builds(
    lambda item_id, labels, price, available, when, fields, set_ms, colour: ItemWrite(
        Item(
            item_id,
            title=" ".join(labels),
            categories=tuple(labels[:1]),
            price=price,
            available=available,
            tags=tuple(labels[1:]),
            features=(("colour", colour),),
            publish_time_ms=when[0],
            expire_time_ms=when[1],
        ),
        tuple(fields),
        set_ms,
    ),
    st.sampled_from(IDS),
    st.lists(st.sampled_from(LABELS), max_size=3, unique=True),
    st.one_of(st.none(), st.sampled_from((1.0, 5.0, 9.5))),
    st.sampled_from((True, True, True, False)),
    st.tuples(WHEN, WHEN),
    st.one_of(st.just(()), st.lists(st.sampled_from(ITEM_FIELDS), max_size=4, unique=True)),
    SET_TIMES,
    st.sampled_from(("red", 3.0)),
)
LEAVES = st.one_of(
    st.builds(
        any_of,
        st.sampled_from(("categories", "tags", "colour")),
        st.lists(st.sampled_from((*LABELS, "red")), min_size=1, max_size=2),
    ),
    st.builds(below, st.sampled_from(("price", "colour")), st.sampled_from((2.5, 5.0, 100.0))),
    st.builds(is_available, st.booleans()),
)
FILTERS = st.one_of(
    st.none(),
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.builds(no, inner), st.builds(both, inner, inner), st.builds(either, inner, inner)
        ),
        max_leaves=4,
    ),
)
SOME = st.lists(st.sampled_from((*IDS, "unknown")), max_size=4).map(tuple)
LATER = st.integers(0, 90 * MINUTE_MS)
LATE = st.one_of(st.just(0), st.just(0), st.integers(1, 40 * MINUTE_MS))
