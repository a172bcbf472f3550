"""Reads what `storage.plain` wrote."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from headwater_server.storage.plain import BLOCK_VALUES, dtype_of


class PlainReader:
    """Reads values one after another from pieces that were cut anywhere.

    `ValueError` or `struct.error` when the bytes are not what was written; checksums come first,
    so that only a mistake of ours gets so far.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Pieces are taken as they are needed."""
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
        """Whether nothing is left."""
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
