"""A slate in few bytes, for the attribution token: a page carries it in every link.

Twenty items take about 150 bytes: ids are deflated together, or, where they differ only in a number
at their end, each digit takes half a byte. A propensity is its logarithm in two bytes (off by less
than 0.02 %, and 1 stays 1), and an id of a list that is a UUID, or hexadecimal, is stored as its
bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.events import Slate
from headwater_server.engine.messages.names import Names, names_of
from headwater_server.engine.tokens.bytes_of import Reader, id_bytes, text_bytes
from headwater_server.engine.tokens.packed_ids import (
    deflated,
    ids_of,
    numbered_room,
    put_numbered,
)
from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

POLICIES = ("", "best", "plackett_luce", "thompson")  # by their index here; others as text
_CODES = {policy: bytes((code,)) for code, policy in enumerate(POLICIES)}
_OTHER = 255
_STEPS = 2048  # of a propensity's logarithm to base 2
_LEAST = 2.0**-31  # smaller propensities are stored as this
_UINT16 = np.dtype(">u2")


_placement_bytes = lru_cache(maxsize=256)(text_bytes)  # a shop has few


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

    @property
    def arms(self) -> Sequence[Arm]:
        """The arms of experiments that the visitor was in."""


def packed(shown: Shown) -> bytes:
    """Return the list as bytes. Texts have at most 255 bytes, and there are at most 255 items."""
    item_ids = shown.item_ids
    return b"".join(
        (
            _CODES.get(shown.policy) or _other(shown.policy),
            _placement_bytes(shown.placement),
            id_bytes(shown.recommendation_id),
            bytes((len(item_ids),)),
            _slots(shown, item_ids),
        )
    )


def unpacked(raw: bytes) -> Slate:
    """Return the slate that `packed` encoded, with rounded propensities.

    Raises IndexError, UnicodeDecodeError or zlib.error for other bytes.

    >>> slate = Slate("r1", "best", "home", ("a", "b"), (1.0, 0.5))
    >>> unpacked(packed(slate)) == slate
    True
    """
    return Slate(*fields_of(raw))


def fields_of(raw: bytes) -> tuple[str, str, str, tuple[str, ...], tuple[float, ...]]:
    """Return the fields of that slate: recommendation, policy, placement, items, propensities."""
    reader = Reader(raw)
    code = reader.byte()
    policy = reader.text() if code == _OTHER else POLICIES[code]
    placement = reader.text()
    recommendation_id = reader.id()
    count = reader.byte()
    steps = np.frombuffer(reader.take(2 * count), _UINT16)
    propensities = tuple(np.exp2(steps / -_STEPS).tolist())
    item_ids = ids_of(reader.rest(), count)
    return recommendation_id, policy, placement, item_ids, propensities


def _slots(shown: Shown, item_ids: Sequence[str]) -> bytes:
    """Return the steps of the propensities, and the ids."""
    names: Names = getattr(shown, "names", None) or names_of(item_ids)
    room = np.empty(2 * len(item_ids) + numbered_room(names), np.uint8)
    end = put_slots(*names, np.asarray(shown.propensities, np.float64), room)
    written = room[:end].tobytes()
    return written if end > 2 * len(item_ids) else written + deflated(item_ids)


@njit(cache=True)
def put_slots(raw, sizes, propensities, out):  # type: ignore[no-untyped-def]
    """Write steps, big-endian: round(-2048 log2(p)), for p of at least 2**-31; then numbered ids.

    Return the end, which is that of the steps where the ids are not numbered.
    """
    for slot in range(len(propensities)):
        step = int(np.rint(-_STEPS * np.log2(max(propensities[slot], _LEAST))))
        out[2 * slot], out[2 * slot + 1] = step >> 8, step & 255
    return put_numbered(raw, sizes, out, 2 * len(propensities))


def _other(policy: str) -> bytes:
    return bytes((_OTHER,)) + text_bytes(policy)
