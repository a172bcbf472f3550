"""Ids of items in few bytes.

They are deflated together, or, where they differ only in a number at their end, each digit takes
half a byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numba import njit

from headwater_server.engine.messages.names import Names, names_of
from headwater_server.engine.tokens.bytes_of import Reader
from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

_NUMBERED = b"\xff"  # no deflated bytes begin so: their second and third bit are never both set
_FEW = 3
_SEPARATOR = "a"  # between the numbers, as a digit of sixteen
_SEPARATING, _ZERO, _NINE = 10, ord("0"), ord("9")
_PREFIX_MAX = 255
_WINDOW = -9  # of deflate: raw, 512 bytes; setting up a larger one takes longer than using it
_MEMORY = 2  # level of deflate's memory: with the least, 20 ids of digits take a sixth more bytes


def ids_bytes(item_ids: Sequence[str]) -> bytes:
    """Return the ids as numbers after their common prefix, else as lengths and ids, deflated.

    Raises ValueError for an id of more than 255 bytes.
    """
    names = names_of(item_ids)
    out = np.empty(numbered_room(names), np.uint8)
    end = put_numbered(*names, out, 0)
    return out[:end].tobytes() if end else deflated(item_ids)


def short_ids_bytes(item_ids: Sequence[str]) -> bytes:
    """Do the same for ids of which there are often only a few: they are written as they are.

    That takes a fifth of the time, and hardly more bytes.
    """
    return _joined(item_ids) if len(item_ids) <= _FEW else ids_bytes(item_ids)


def deflated(item_ids: Sequence[str]) -> bytes:
    """Return lengths and ids, deflated together."""
    raw = _joined(item_ids)
    deflate = zlib.compressobj(6, zlib.DEFLATED, _WINDOW, _MEMORY)
    return deflate.compress(raw) + deflate.flush()


def numbered_room(names: Names) -> int:
    """Return how many bytes `put_numbered` may write."""
    return 2 + len(names.raw) + len(names.sizes)


@njit(cache=True)
def put_numbered(raw, sizes, out, at):  # type: ignore[no-untyped-def]
    """Write the common prefix of ids, and the digits that follow in each; return the end.

    ``at`` is returned where the ids are not so. The first id's last digits say where a prefix ends.
    """
    prefix = _prefix_size(raw, sizes)
    if prefix > _PREFIX_MAX or not _are_numbered(raw, sizes, prefix):
        return at
    out[at], out[at + 1] = 255, prefix
    for i in range(prefix):
        out[at + 2 + i] = raw[i]
    digit, begin = 2 * (at + 2 + prefix), 0  # places of four bits
    for slot in range(len(sizes)):
        if slot > 0:
            digit = _put_digit(out, digit, _SEPARATING)
        for i in range(begin + prefix, begin + sizes[slot]):
            digit = _put_digit(out, digit, raw[i] - _ZERO)
        begin += sizes[slot]
    if digit % 2 == 1:
        digit = _put_digit(out, digit, _SEPARATING)
    return digit // 2


@njit(cache=True)
def _prefix_size(raw, sizes):  # type: ignore[no-untyped-def]
    """Return how much of the first id is before the digits at its end."""
    size = sizes[0] if len(sizes) > 0 else 0
    while size > 0 and _ZERO <= raw[size - 1] <= _NINE:
        size -= 1
    return size


@njit(cache=True)
def _are_numbered(raw, sizes, prefix):  # type: ignore[no-untyped-def]
    """Whether each id is the prefix and digits, of which there is one at least."""
    begin, digits = 0, 0
    for slot in range(len(sizes)):
        if sizes[slot] < prefix:
            return False
        for i in range(prefix):
            if raw[begin + i] != raw[i]:
                return False
        for i in range(begin + prefix, begin + sizes[slot]):
            if not _ZERO <= raw[i] <= _NINE:
                return False
        digits += sizes[slot] - prefix
        begin += sizes[slot]
    return digits > 0


@njit(cache=True)
def _put_digit(out, place, digit):  # type: ignore[no-untyped-def]
    """Write four bits, the higher ones of a byte first; return the next place."""
    if place % 2 == 0:
        out[place // 2] = digit << 4
    else:
        out[place // 2] |= digit
    return place + 1


def _joined(item_ids: Sequence[str]) -> bytes:
    text = "".join(item_ids)
    if text.isascii():  # as nearly always: then characters are bytes
        return bytes(map(len, item_ids)) + text.encode("ascii")
    raw = [item_id.encode("utf-8", "surrogatepass") for item_id in item_ids]
    return bytes(map(len, raw)) + b"".join(raw)


def ids_of(raw: bytes, count: int) -> tuple[str, ...]:
    """Return the ids that `ids_bytes` wrote. IndexError, zlib.error … for other bytes."""
    reader = Reader(raw if raw.startswith(_NUMBERED) else zlib.decompress(raw, _WINDOW))
    if raw.startswith(_NUMBERED):
        reader.byte()
        prefix, numbers = reader.text(), reader.rest().hex().split(_SEPARATOR)
        return tuple([prefix + number for number in numbers[:count]])
    return _separated(reader, count)


def short_ids_of(raw: bytes, count: int) -> tuple[str, ...]:
    """Return the ids that `short_ids_bytes` wrote."""
    return _separated(Reader(raw), count) if count <= _FEW else ids_of(raw, count)


def _separated(reader: Reader, count: int) -> tuple[str, ...]:
    lengths = reader.take(count)
    return tuple([reader.take(n).decode("utf-8", "surrogatepass") for n in lengths])
