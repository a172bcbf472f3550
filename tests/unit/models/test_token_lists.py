"""Tokens in shared slots are those that a dictionary of lists keeps."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.models.base import CAPACITY_START
from headwater_server.models.content.token_lists import KEPT_MAX, TokenLists

WRITES = st.tuples(st.integers(0, 20), st.lists(st.integers(0, 10**6), max_size=KEPT_MAX))


@settings(deadline=None, max_examples=60)
@given(st.lists(WRITES, max_size=40))
def test_each_item_has_its_tokens(writes):
    lists, twin = TokenLists(), {}
    for item, tokens in writes:
        lists.put(item, tokens)
        twin[item] = tokens
    again = TokenLists()
    again.load(lists.state())
    again.put(21, [1, 2, 3])
    twin[21] = [1, 2, 3]
    lists.put(21, [1, 2, 3])
    items = np.arange(22)
    for each in (lists, again):
        for item, padded in zip(items.tolist(), each.padded(items), strict=True):
            tokens = twin.get(item, [])
            assert each.of(item).tolist() == tokens
            assert padded.tolist() == tokens + [-1] * (KEPT_MAX - len(tokens))


def test_a_list_takes_four_bytes_a_token():
    """Also when items are described again and again: a free block is used for the next."""
    lists = TokenLists()
    for _ in range(50):
        for item in range(CAPACITY_START):
            lists.put(item, list(range(item % 3 + 5)))
    assert int(lists._used[0]) < 1.01 * sum(item % 3 + 5 for item in range(CAPACITY_START))
