"""Plain values as bytes: small, self-describing, and without a way to run code.

Plain: numpy array, int, float, str, bytes, bool, None, and lists, tuples and dicts of those.
What is long is written in short pieces, so that no single call holds the interpreter for long.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

BLOCK_VALUES = 4_096
Piece = bytes | memoryview


class NotPlainError(TypeError):
    """A value that a snapshot does not hold."""


def encode_plain(value: Any) -> Iterator[Piece]:
    """Yield the bytes of ``value``, in pieces.

    >>> from headwater_server.storage.plain_reader import PlainReader
    >>> value = {"a": [1, 2.5, None], "b": (True, "x", b"y", 2**80)}
    >>> PlainReader([b"".join(encode_plain(value))]).read() == value
    True
    """
    match value:
        case None:
            yield b"N"
        case bool():
            yield b"T" if value else b"F"
        case np.ndarray():
            yield from _array(value)
        case int():
            yield _sized(b"i", value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))
        case float():
            yield struct.pack("<cd", b"d", value)
        case str():
            yield _sized(b"s", value.encode("utf-8", "surrogatepass"))
        case bytes():
            yield _sized(b"b", value)
        case list() | tuple():
            yield _sized_head(b"l" if isinstance(value, list) else b"t", len(value))
            yield from _blocks(value)
        case dict():
            yield _sized_head(b"m", len(value))
            yield from _blocks(list(value))
            yield from _blocks(list(value.values()))
        case _:
            raise NotPlainError(f"{type(value).__name__} is not plain")


def _blocks(values: Sequence[Any]) -> Iterator[Piece]:
    for start in range(0, len(values), BLOCK_VALUES):
        yield from _block(values[start : start + BLOCK_VALUES])


def _block(values: Sequence[Any]) -> Iterator[Piece]:
    """Write values of one kind side by side; others one by one."""
    kinds = set(map(type, values))
    if kinds == {float}:
        yield b"D" + np.array(values, "<f8").tobytes()
    elif kinds == {int} and all(-(2**63) <= value < 2**63 for value in values):
        yield b"I" + np.array(values, "<i8").tobytes()
    elif kinds == {str}:
        texts = [value.encode("utf-8", "surrogatepass") for value in values]
        yield b"S" + np.array([len(text) for text in texts], "<u4").tobytes()
        yield b"".join(texts)
    else:
        yield b"G"
        for value in values:
            yield from encode_plain(value)


def _array(array: np.ndarray[Any, Any]) -> Iterator[Piece]:
    if array.dtype.hasobject:
        raise NotPlainError("an array of objects is not plain")
    stored = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)
    yield _sized(b"a", repr(np.lib.format.dtype_to_descr(stored.dtype)).encode())
    yield struct.pack(f"<B{array.ndim}Q", array.ndim, *array.shape)
    if stored.size:
        yield stored.reshape(-1).view(np.uint8).data


def dtype_of(description: bytes) -> np.dtype[Any]:
    """Read what `encode_plain` wrote of an array's type."""
    dtype: np.dtype[Any] = np.lib.format.descr_to_dtype(ast.literal_eval(description.decode()))
    return dtype


def _sized(tag: bytes, content: bytes) -> bytes:
    return _sized_head(tag, len(content)) + content


def _sized_head(tag: bytes, size: int) -> bytes:
    return struct.pack("<cQ", tag, size)
