from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from headwater_server.storage.codecs.chunks import CHUNK_BYTES, decode_chunks, encode_chunks
from headwater_server.storage.codecs.plain import (
    BLOCK_VALUES,
    NotPlainError,
    PlainReader,
    encode_plain,
)

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
scalars = scalars | st.text(st.characters()) | st.binary()
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=5)
    ),
    max_leaves=12,
)


def kinds(value: Any) -> Any:
    if isinstance(value, dict):
        return [(type(k), kinds(v)) for k, v in value.items()]
    return [kinds(v) for v in value] if isinstance(value, list | tuple) else type(value)


def again(value: Any, cut: int = 7) -> Any:
    content = b"".join(encode_plain(value))
    reader = PlainReader(content[i : i + cut] for i in range(0, len(content), cut))
    read = reader.read()
    assert reader.at_end()
    return read


@given(values, st.integers(1, 40))
def test_a_plain_value_comes_back_with_its_types_wherever_it_was_cut(value: Any, cut: int) -> None:
    read = again(value, cut)
    assert read == value
    assert kinds(read) == kinds(value)


@given(
    arrays.arrays(
        arrays.scalar_dtypes() | arrays.unicode_string_dtypes() | arrays.array_dtypes(),
        arrays.array_shapes(min_dims=0, min_side=0, max_side=3),
    )
)
def test_an_array_comes_back_bit_for_bit(array: np.ndarray[Any, Any]) -> None:
    read = again(array)
    assert read.dtype == array.dtype.newbyteorder("=")
    assert read.shape == array.shape
    assert read.tobytes() == array.astype(array.dtype.newbyteorder("=")).tobytes()


@pytest.mark.parametrize("size", [BLOCK_VALUES - 1, BLOCK_VALUES, BLOCK_VALUES + 1])
def test_long_lists_are_cut_into_blocks(size: int) -> None:
    for kind in (int, float, str):
        value = [kind(i) for i in range(size)]
        assert again(value, 10_000) == value


def test_a_slice_of_an_array_is_stored_as_what_it_shows() -> None:
    whole = np.arange(20).reshape(4, 5)
    assert np.array_equal(again(whole[::2, 1:3]), whole[::2, 1:3])
    assert np.array_equal(again(whole.T), whole.T)


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([object()]), [object()], np.int64(3)])
def test_what_is_not_plain_is_refused(value: Any) -> None:
    with pytest.raises(NotPlainError):
        b"".join(encode_plain(value))


def test_a_truncated_value_is_an_error() -> None:
    content = b"".join(encode_plain(["abc", 1.5, np.arange(3)]))
    for end in range(len(content)):
        with pytest.raises(ValueError):
            PlainReader([content[:end]]).read()


def test_chunks_have_a_bound_and_hold_everything() -> None:
    parts = [("a", np.random.default_rng(1).bytes(3 * CHUNK_BYTES)), ("b", [1, 2])]
    written, read = hashlib.blake2b(), hashlib.blake2b()
    chunks = list(encode_chunks(parts, written))
    assert [chunk.plain_bytes for chunk in chunks[:3]] == [CHUNK_BYTES] * 3
    assert list(decode_chunks(chunks, read)) == parts
    assert written.digest() == read.digest()
