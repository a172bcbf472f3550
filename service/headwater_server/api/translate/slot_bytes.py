"""Writes the slots of a list as bytes: the field ``results`` of a `RecommendResponse`.

For each slot the field's tag and length, the id with its tag and length, then numbers of eight
bytes, each after its tag. One kernel writes all of them: a function for each slot took most of the
time, as nothing of it is in the processor's caches when the kernel of the answers has run.
"""

from __future__ import annotations

from itertools import compress, product

import numpy as np
from numba import njit

from headwater.v1 import recommendation_service_pb2 as pb
from headwater_server.api.translate.wire import FIXED64, LENGTH, tag_of
from headwater_server.engine.messages.results import Numbers, Results
from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

_NUMBERS = tuple(
    tag_of(pb.Result, name, FIXED64)
    for name in ("score", "propensity", "probability", "first_slot_propensity")
)
_TAGS = {  # by whether slots have a probability, and a chance of the first slot
    given: np.array([*compress(_NUMBERS, (True, True, *given))], np.uint8)
    for given in product((False, True), repeat=2)
}
_RESULT = tag_of(pb.RecommendResponse, "results", LENGTH)
_ITEM_ID = tag_of(pb.Result, "item_id", LENGTH)
_HEADS = 1 + 5 + 1 + 5  # bytes before an id, at most: two tags, and two lengths of 32 bits


def results_bytes(results: Results) -> bytes:
    """Return the field ``results``, to be appended to the other fields.

    >>> results = Results(["a", "b"], np.array([2.0, 1.0]), np.array([0.5, 1.0]))
    >>> message = pb.RecommendResponse.FromString(results_bytes(results))
    >>> [(result.item_id, result.score, result.propensity) for result in message.results]
    [('a', 2.0, 0.5), ('b', 1.0, 1.0)]
    """
    chances, first = results.probabilities, results.first_slot
    columns: tuple[Numbers, ...] = results.scores, results.propensities
    if chances is not None:
        columns += (chances,)
    if first is not None:
        columns += (first,)
    tags = _TAGS[chances is not None, first is not None]
    raw, sizes = results.names
    out = np.empty(len(raw) + len(sizes) * (_HEADS + 9 * len(columns)), np.uint8)
    end = write_slots(raw, sizes, tags, columns, out)
    return out[:end].tobytes()


@njit(cache=True)
def _put_varint(out, at, number):  # type: ignore[no-untyped-def]
    """Write a number as protobuf does, seven bits a byte, the lowest first; return its end."""
    while number > 127:
        out[at] = number & 127 | 128
        number >>= 7
        at += 1
    out[at] = number
    return at + 1


@njit(cache=True)
def write_slots(names, sizes, tags, columns, out):  # type: ignore[no-untyped-def]
    """Write all slots to ``out``, which has room for them; return how many bytes they take.

    ``names`` and ``sizes`` are `Names`; ``columns`` the numbers, an array for each of ``tags``.
    """
    at, name, numbers = 0, 0, 9 * len(columns)
    for slot in range(len(sizes)):
        size = sizes[slot]
        head = 2 + (size > 127) + (size > 16_383) + (size > 2_097_151)
        out[at] = _RESULT
        at = _put_varint(out, at + 1, head + size + numbers)
        out[at] = _ITEM_ID
        at = _put_varint(out, at + 1, size)
        for i in range(size):
            out[at + i] = names[name + i]
        at, name = at + size, name + size
        for column in range(len(columns)):
            out[at] = tags[column]
            raw = columns[column].view(np.uint8)
            for i in range(8):
                out[at + 1 + i] = raw[8 * slot + i]
            at += 9
    return at


def warm_up() -> None:
    """Compile the kernel for each number of columns."""
    some = np.ones(1)
    for chances, first in product((None, some), repeat=2):
        results_bytes(Results(["warm"], some, some, chances, first))
