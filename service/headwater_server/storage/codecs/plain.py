"""Encodes and decodes plain values: compact, self-describing, and unable to run code.

Plain: numpy array, int, float, str, bytes, bool, None, and lists, tuples and dicts of those.
Long values are written in short pieces, so that no single call holds the interpreter for long.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

BLOCK_VALUES = 4_096
Piece = bytes | memoryview


class NotPlainError(TypeError):
    """A value that a snapshot cannot contain."""


def encode_plain(value: Any) -> Iterator[Piece]:
    """Yield the bytes of ``value``, in pieces.

    >>> from headwater_server.storage.codecs.plain import PlainReader
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
    """Write values of one type together, mixed ones one by one."""
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
    """Decode an array's type that `encode_plain` wrote."""
    dtype: np.dtype[Any] = np.lib.format.descr_to_dtype(ast.literal_eval(description.decode()))
    return dtype


def _sized(tag: bytes, content: bytes) -> bytes:
    return _sized_head(tag, len(content)) + content


def _sized_head(tag: bytes, size: int) -> bytes:
    return struct.pack("<cQ", tag, size)


class PlainReader:
    """Reads values one after another from pieces that may be cut anywhere.

    `ValueError` or `struct.error` when the bytes differ from what was written; checksums are
    checked before, so that only a bug causes these errors.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Read each piece when it is needed."""
        self._pieces = iter(pieces)
        self._piece = memoryview(b"")
        self._readers: dict[bytes, Callable[[], Any]] = {
            b"N": lambda: None,
            b"T": lambda: True,
            b"F": lambda: False,
            b"d": lambda: struct.unpack("<d", self._take(8))[0],
            b"i": lambda: int.from_bytes(self._content(), "little", signed=True),
            b"s": lambda: self._content().decode("utf-8", "surrogatepass"),
            b"b": self._content,
            b"a": self._array,
            b"l": lambda: self._values(self._size()),
            b"t": lambda: tuple(self._values(self._size())),
            b"m": self._dict,
        }

    def at_end(self) -> bool:
        """Whether all values are read."""
        while not self._piece:
            following = next(self._pieces, None)
            if following is None:
                return True
            self._piece = memoryview(following)
        return False

    def read(self) -> Any:
        """Return the next value."""
        tag = bytes(self._take(1))
        if tag not in self._readers:
            raise ValueError(f"no plain value starts with {tag!r}")
        return self._readers[tag]()

    def _dict(self) -> dict[Any, Any]:
        size = self._size()
        return dict(zip(self._values(size), self._values(size), strict=True))

    def _values(self, size: int) -> list[Any]:
        values: list[Any] = []
        while len(values) < size:
            values += self._block(min(BLOCK_VALUES, size - len(values)))
        return values

    def _block(self, size: int) -> list[Any]:
        match bytes(self._take(1)):
            case b"D":
                return list(np.frombuffer(self._take(8 * size), "<f8").tolist())
            case b"I":
                return list(np.frombuffer(self._take(8 * size), "<i8").tolist())
            case b"S":
                return self._texts(size)
            case b"G":
                return [self.read() for _ in range(size)]
            case tag:
                raise ValueError(f"no block of values starts with {tag!r}")

    def _texts(self, size: int) -> list[str]:
        ends = np.frombuffer(self._take(4 * size), "<u4").astype(np.int64).cumsum().tolist()
        content = bytes(self._take(ends[-1]))
        starts = [0, *ends[:-1]]
        return [
            content[start:end].decode("utf-8", "surrogatepass")
            for start, end in zip(starts, ends, strict=True)
        ]

    def _array(self) -> np.ndarray[Any, Any]:
        dtype = dtype_of(self._content())
        (dimensions,) = struct.unpack("<B", self._take(1))
        shape = struct.unpack(f"<{dimensions}Q", self._take(8 * dimensions))
        array = np.empty(shape, dtype)
        if array.size:
            self._fill(array.reshape(-1).view(np.uint8).data)
        return array.astype(dtype.newbyteorder("="), copy=False)

    def _content(self) -> bytes:
        return bytes(self._take(self._size()))

    def _size(self) -> int:
        size: int = struct.unpack("<Q", self._take(8))[0]
        return size

    def _take(self, size: int) -> memoryview:
        if size <= len(self._piece):  # nearly always
            taken, self._piece = self._piece[:size], self._piece[size:]
            return taken
        together = bytearray()  # grown as bytes arrive: a damaged size must not take the memory
        while len(together) < size:
            together += self._next(size - len(together))
        return memoryview(together)

    def _fill(self, target: memoryview) -> None:
        filled = 0
        while filled < len(target):
            step = self._next(len(target) - filled)
            target[filled : filled + len(step)] = step
            filled += len(step)

    def _next(self, most: int) -> memoryview:
        """Return the next bytes, at least one and at most that many."""
        if self.at_end():
            raise ValueError("the bytes end in the middle of a value")
        step, self._piece = self._piece[:most], self._piece[most:]
        return step
