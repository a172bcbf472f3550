"""Ids of items in few bytes.

They are deflated together, or, where they differ only in a number at their end, each digit takes
half a byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from string import digits

from headwater_server.engine.tokens.bytes_of import Reader, text_bytes

_NUMBERED = b"\xff"  # no deflated bytes begin so: their second and third bit are never both set
_FEW = 3
_SEPARATOR = "a"  # between the numbers, as a digit of sixteen
_WINDOW = -9  # of deflate: raw, 512 bytes; setting up a larger one takes longer than using it
_MEMORY = 2  # level of deflate's memory: with the least, 20 ids of digits take a sixth more bytes


def ids_bytes(item_ids: Sequence[str]) -> bytes:
    """Return the ids as numbers after their common prefix, else as lengths and ids, deflated.

    Raises ValueError for an id of more than 255 bytes.
    """
    return _numbered(item_ids) or _deflated(_joined(item_ids))


def short_ids_bytes(item_ids: Sequence[str]) -> bytes:
    """Do the same for ids of which there are often only a few: they are written as they are.

    That takes a fifth of the time, and hardly more bytes.
    """
    return _joined(item_ids) if len(item_ids) <= _FEW else ids_bytes(item_ids)


def _deflated(raw: bytes) -> bytes:
    deflate = zlib.compressobj(6, zlib.DEFLATED, _WINDOW, _MEMORY)
    return deflate.compress(raw) + deflate.flush()


def _numbered(item_ids: Sequence[str]) -> bytes:
    r"""Return the common prefix, and the digits that follow in each id; b"" if they are not so.

    >>> _numbered(["item-007", "item-12"]), _numbered(["a1", "b1"]), _numbered(["a1", "ab"])
    (b'\xff\x05item-\x00z\x12', b'', b'')
    """
    if not item_ids:
        return b""
    prefix = item_ids[0].rstrip(digits)  # of all, where they are numbered
    if "/" in prefix:  # then the next lines would not notice an id without it
        prefix = _common(item_ids)
    text = ("/" + "/".join(item_ids)).replace("/" + prefix, _SEPARATOR)[1:]
    numbers = text.replace(_SEPARATOR, "")
    are_whole = len(text) - len(numbers) == len(item_ids) - 1  # no id has a separator of its own
    if not (are_whole and numbers.isascii() and numbers.isdecimal()):
        return b""
    even = text if len(text) % 2 == 0 else text + _SEPARATOR
    return _NUMBERED + text_bytes(prefix) + bytes.fromhex(even)


def _common(item_ids: Sequence[str]) -> str:
    """Return the longest common prefix that does not end within a number.

    >>> _common(["item-10", "item-1"])
    'item-'
    """
    low, high = min(item_ids), max(item_ids)  # what these two share, all share
    length = 0
    while length < len(low) and low[length] == high[length]:
        length += 1
    return low[:length].rstrip(digits)


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
