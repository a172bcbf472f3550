"""Bounds what a message takes once it is decoded, before it is decoded.

On the wire an empty event takes two bytes, decoded about 180: a message of 1 MB that holds nothing
else would take 90 MB. So the parts of a message are counted on the wire first, by a kernel that
reads tags and lengths only.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from headwater_server.errors import InvalidRequest
from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

DECODED_BYTES_MAX = 16 * 1024 * 1024  # a message of the usual 4 MiB takes up to 10
SMALL_BYTES = 2_048  # not counted: decoded it takes less than 200 kB whatever it holds
PART_BYTES, FIELD_BYTES, TEXT_BYTES = 24, 13, 24  # as measured with protobuf's upb, on 64 bits
NESTED_MAX = 32
TEXT, SKIPPED = -2, -1
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5  # how a field's end is found: protobuf's numbers


class DecodedSize:
    r"""Checks messages of one type.

    >>> from headwater.v1.feedback_service_pb2 import FeedbackRequest
    >>> size = DecodedSize(FeedbackRequest.DESCRIPTOR)
    >>> size.check(FeedbackRequest(events=[{"event_id": "e1"}]).SerializeToString())
    >>> size.check(b"\x0a\x00" * 500_000)
    Traceback (most recent call last):
    ...
    headwater_server.errors.InvalidRequest: request would take more than 16 MiB of memory: ...
    """

    def __init__(self, root: Descriptor) -> None:
        """Read the fields of ``root`` and of all messages inside it."""
        self._children, self._weights = _shapes(root)

    def check(self, data: bytes) -> None:
        """Raise `InvalidRequest` if ``data`` would take too much memory once decoded."""
        if len(data) < SMALL_BYTES:
            return
        raw = np.frombuffer(data, np.uint8)
        if decoded_bytes(raw, self._children, self._weights, DECODED_BYTES_MAX) < 0:
            most = DECODED_BYTES_MAX // 1024**2
            problem = f"would take more than {most} MiB of memory: it has too many small parts"
            raise InvalidRequest("request", f"{problem}; send fewer in one call")


def _shapes(root: Descriptor) -> tuple[Any, Any]:
    """Return, by message type and field number, the type inside; and each type's weight."""
    types: list[Descriptor] = [root]
    numbers = {root.full_name: 0}
    for one in types:  # grows meanwhile
        for field in one.fields:
            inner = field.message_type
            if inner is not None and inner.full_name not in numbers:
                numbers[inner.full_name] = len(types)
                types.append(inner)
    width = 1 + max((field.number for one in types for field in one.fields), default=0)
    children = np.full((len(types), width), SKIPPED, np.int64)
    for row, one in enumerate(types):
        for field in one.fields:
            children[row, field.number] = _inside(field, numbers)
    weights = [PART_BYTES + FIELD_BYTES * len(one.fields) for one in types]
    return children, np.array(weights, np.int64)


def _inside(field: FieldDescriptor, numbers: dict[str, int]) -> int:
    if field.message_type is not None:
        return numbers[field.message_type.full_name]
    is_text = field.cpp_type == FieldDescriptor.CPPTYPE_STRING
    return TEXT if is_text and field.is_repeated else SKIPPED


@numba.njit(cache=True, nogil=True)
def _varint(data, at, end):  # type: ignore[no-untyped-def]
    """Return the number at ``at`` and the place after it; a broken one ends the data."""
    value, shift = 0, 0
    while at < end and shift < 63:
        byte = int(data[at])
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    if shift >= 63 and at < end:
        return value, at + 1
    return np.int64(-1), end


@numba.njit(cache=True, nogil=True)
def _after(data, at, end, wire):  # type: ignore[no-untyped-def]
    """Return the place after a field that has no length."""
    if wire == VARINT:
        return _varint(data, at, end)[1]
    if wire == FIXED64:
        return at + 8
    if wire == FIXED32:
        return at + 4
    return at  # a group begins or ends, which no message of ours has: its fields are counted


@numba.njit(cache=True, nogil=True)
def decoded_bytes(data, children, weights, most):  # type: ignore[no-untyped-def]
    """Return about what the message takes decoded, -1 for more than ``most``.

    It does not judge what is malformed: parsing ends there, and so does the count.
    """
    ends, kinds = np.zeros(NESTED_MAX, np.int64), np.zeros(NESTED_MAX, np.int64)
    ends[0], depth, at, total = len(data), 0, 0, np.int64(len(data))
    while depth >= 0:
        if at >= ends[depth]:
            depth -= 1
            continue
        tag, at = _varint(data, at, ends[depth])
        if tag & 7 != LENGTH:
            at = _after(data, at, ends[depth], tag & 7)
            continue
        length, at = _varint(data, at, ends[depth])
        if length < 0 or at + length > ends[depth]:
            return total
        number, inside = tag >> 3, np.int64(SKIPPED)
        if number < children.shape[1]:
            inside = children[kinds[depth], number]
        total += weights[inside] if inside >= 0 else TEXT_BYTES * (inside == TEXT)
        if total > most:
            return -1
        at += length
        if inside >= 0 and depth + 1 < NESTED_MAX:
            depth, at = depth + 1, at - length
            ends[depth], kinds[depth] = at + length, inside
    return total


def warm_up() -> None:
    """Compile the kernel before the first caller waits for it; fast once it is cached."""
    decoded_bytes(np.zeros(0, np.uint8), np.zeros((1, 1), np.int64), np.zeros(1, np.int64), 0)
