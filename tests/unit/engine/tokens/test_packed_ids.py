"""Ids of items in few bytes: what is written is read again, and numbered ids take half a byte."""

from hypothesis import example, given
from hypothesis import strategies as st

from headwater_server.engine.tokens.packed_ids import ids_bytes, ids_of

PARTS = st.sampled_from(["", "1", "12", "007", "a", "/", "/3", "x/", "٣", "²", "é", "item-"])
IDS = st.lists(st.tuples(PARTS, PARTS, PARTS).map("".join), min_size=1, max_size=5)
NUMBERED = b"\xff"


@given(IDS)
@example(["a/3", "a", "a73"])
@example(["/1", "1"])
@example(["item-", "item-1"])
def test_ids_are_read_as_they_were_written(item_ids):
    assert ids_of(ids_bytes(item_ids), len(item_ids)) == tuple(item_ids)


@given(st.sampled_from(["", "item-", "x/", "é", "/"]), st.lists(st.integers(0, 99_999), min_size=2))
def test_numbers_after_one_prefix_take_half_a_byte_a_digit(prefix, numbers):
    item_ids = [f"{prefix}{number}" for number in numbers]
    raw = ids_bytes(item_ids)
    assert raw.startswith(NUMBERED)
    digits = sum(len(str(number)) for number in numbers) + len(numbers) - 1
    assert len(raw) == 2 + len(prefix.encode()) + (digits + 1) // 2
