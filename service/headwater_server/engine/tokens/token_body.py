"""A slate in few bytes, for the attribution token: a page carries it in every link.

Twenty items take about 150 bytes: ids are deflated together, or, where they differ only in a number
at their end, each digit takes half a byte. A propensity is its logarithm in two bytes (off by less
than 0.02 %, and 1 stays 1), and an id of a list that is a UUID, or hexadecimal, is stored as its
bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from string import digits
from typing import Protocol
from uuid import UUID

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.messages.events import Slate

POLICIES = ("", "best", "plackett_luce", "thompson")  # by their index here; others as text
_CODES = {policy: bytes((code,)) for code, policy in enumerate(POLICIES)}
_OTHER = 255
_STEPS = 2048  # of a propensity's logarithm to base 2
_LEAST = 2.0**-31  # smaller propensities are stored as this
_UINT16 = np.dtype(">u2")
_TEXT, _HEX, _UUID = range(3)  # how the recommendation's id is written
_DASHED = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_NUMBERED = b"\xff"  # no deflated bytes begin so: their second and third bit are never both set
_SEPARATOR = "a"  # between the numbers, as a digit of sixteen
_WINDOW = -9  # of deflate: raw, 512 bytes; setting up a larger one takes longer than using it
_MEMORY = 2  # level of deflate's memory: with the least, 20 ids of digits take a sixth more bytes


class Shown(Protocol):
    """What a token holds of a list: a `Slate`, or the answer that it is made of."""

    @property
    def recommendation_id(self) -> str:
        """The id that the shop's reports name."""

    @property
    def policy(self) -> str:
        """What filled the slots."""

    @property
    def placement(self) -> str:
        """Where the list is shown."""

    @property
    def item_ids(self) -> Sequence[str]:
        """The items, best slot first."""

    @property
    def propensities(self) -> Sequence[float] | NDArray[np.float64]:
        """The propensities, one for each slot."""


def packed(shown: Shown) -> bytes:
    """Return the list as bytes. Texts have at most 255 bytes, and there are at most 255 items."""
    item_ids = shown.item_ids
    return b"".join(
        (
            _CODES.get(shown.policy) or _other(shown.policy),
            _text(shown.placement),
            _packed_id(shown.recommendation_id),
            bytes((len(item_ids),)),
            _steps(shown.propensities),
            _packed_ids(item_ids),
        )
    )


def unpacked(raw: bytes) -> Slate:
    """Return the slate that `packed` encoded, with rounded propensities.

    Raises IndexError, UnicodeDecodeError or zlib.error for other bytes.

    >>> slate = Slate("r1", "best", "home", ("a", "b"), (1.0, 0.5))
    >>> unpacked(packed(slate)) == slate
    True
    """
    reader = _Reader(raw)
    code = reader.byte()
    policy = reader.text() if code == _OTHER else POLICIES[code]
    placement = reader.text()
    recommendation_id = reader.id()
    count = reader.byte()
    steps = np.frombuffer(reader.take(2 * count), _UINT16)
    propensities = tuple(np.exp2(steps / -_STEPS).tolist())
    item_ids = _unpacked_ids(reader.rest(), count)
    return Slate(recommendation_id, policy, placement, item_ids, propensities)


class _Reader:
    """Takes bytes from the front."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes; IndexError when there are fewer."""
        taken = self._raw[self._at : self._at + count]
        if len(taken) < count:
            raise IndexError("the token ends too early")
        self._at += count
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def text(self) -> str:
        return self.take(self.byte()).decode("utf-8", "surrogatepass")

    def id(self) -> str:
        kind = self.byte()
        if kind == _UUID:
            return str(UUID(bytes=self.take(16)))
        return self.take(self.byte()).hex() if kind == _HEX else self.text()

    def rest(self) -> bytes:
        return self.take(len(self._raw) - self._at)


def _steps(propensities: Sequence[float] | NDArray[np.float64]) -> bytes:
    steps: bytes = steps_of(np.asarray(propensities, np.float64)).tobytes()
    return steps


@njit(cache=True)
def steps_of(propensities):  # type: ignore[no-untyped-def]
    """Return uint8[2 n], big-endian: round(-2048 log2(p)), for p of at least 2**-31."""
    raw = np.empty(2 * len(propensities), np.uint8)
    for slot in range(len(propensities)):
        step = int(np.rint(-_STEPS * np.log2(max(propensities[slot], _LEAST))))
        raw[2 * slot], raw[2 * slot + 1] = step >> 8, step & 255
    return raw


def _packed_ids(item_ids: Sequence[str]) -> bytes:
    """Return the ids as numbers after their common prefix, else as lengths and ids, deflated."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, _WINDOW, _MEMORY)
    return _numbered(item_ids) or deflate.compress(_joined(item_ids)) + deflate.flush()


def _numbered(item_ids: Sequence[str]) -> bytes:
    r"""Return the common prefix, and the digits that follow in each id; b"" if they are not so.

    >>> _numbered(["item-007", "item-12"]), _numbered(["a1", "b1"]), _numbered(["a1", "ab"])
    (b'\xff\x05item-\x00z\x12', b'', b'')
    """
    prefix = _common(item_ids)
    rests = [item_id[len(prefix) :] for item_id in item_ids]
    numbers = "".join(rests)
    if not (numbers.isascii() and numbers.isdecimal() and all(rests)):
        return b""
    text = _SEPARATOR.join(rests)
    even = text if len(text) % 2 == 0 else text + _SEPARATOR
    return b"".join((_NUMBERED, _text(prefix), bytes.fromhex(even)))


def _common(item_ids: Sequence[str]) -> str:
    """Return the longest common prefix that does not end within a number.

    >>> _common(["item-10", "item-1"])
    'item-'
    """
    if not item_ids:
        return ""
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


def _unpacked_ids(raw: bytes, count: int) -> tuple[str, ...]:
    reader = _Reader(raw if raw.startswith(_NUMBERED) else zlib.decompress(raw, _WINDOW))
    if raw.startswith(_NUMBERED):
        reader.byte()
        prefix, numbers = reader.text(), reader.rest().hex().split(_SEPARATOR)
        return tuple([prefix + number for number in numbers[:count]])
    lengths = reader.take(count)
    return tuple([reader.take(n).decode("utf-8", "surrogatepass") for n in lengths])


def _packed_id(recommendation_id: str) -> bytes:
    raw = _hexadecimal(recommendation_id)
    if 0 < len(raw) < 256:
        return bytes((_HEX, len(raw))) + raw
    if _DASHED.fullmatch(recommendation_id):
        return bytes((_UUID,)) + UUID(recommendation_id).bytes
    return bytes((_TEXT,)) + _text(recommendation_id)


def _hexadecimal(text: str) -> bytes:
    """Return the bytes that ``text`` spells in lower case, none if it is something else."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return b""
    return raw if raw.hex() == text else b""  # there may be spaces and capitals in it


def _other(policy: str) -> bytes:
    return bytes((_OTHER,)) + _text(policy)


def _text(value: str) -> bytes:
    raw = value.encode("utf-8", "surrogatepass")
    if len(raw) > 255:
        raise ValueError(f"text of {len(raw)} bytes in a token, at most 255")
    return bytes((len(raw),)) + raw
