"""Writes an answer as the bytes of a message, without an object for the message or for a slot.

`RecommendResponse` in the wire format of protobuf: texts, each after its tag and length; for each
slot the field's tag and length, the id with its tag and length, then numbers of eight bytes, each
after its tag.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import repeat
from struct import Struct

from google.protobuf.message import Message

from headwater.v1 import arm_pb2
from headwater.v1 import recommendation_service_pb2 as pb
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.results import Results
from headwater_server.replica.answers import Answer

VARINT, FIXED64, LENGTH = 0, 1, 2  # how a field is written: protobuf's numbers


def texts_bytes(answer: Answer) -> bytes:
    """Return all fields of a `RecommendResponse` but ``results``.

    >>> from headwater_server.engine.messages.requests import Recommendation
    >>> answer = Answer(Recommendation("r1", (), "best"), "", "7-0")
    >>> message = pb.RecommendResponse.FromString(texts_bytes(answer))
    >>> message.recommendation_id, message.policy, message.offset, message.shortfall
    ('r1', 'best', '7-0', '')
    >>> arms = (Arm("warmer", "control"), Arm("basket", "é" * 200))
    >>> answer = Answer(Recommendation("r1", (), "best", arms=arms), "", "7-0")
    >>> message = pb.RecommendResponse.FromString(texts_bytes(answer))
    >>> [(arm.experiment_id, len(arm.arm_id)) for arm in message.arms]
    [('warmer', 7), ('basket', 200)]
    """
    slate = answer.recommendation
    written = b"".join(
        (
            _set_text(_RECOMMENDATION_ID, slate.recommendation_id),
            _set_text(_TOKEN, answer.attribution_token),
            _common_text(_OFFSET, answer.offset),
            _common_text(_POLICY, slate.policy),
            _set_text(_SHORTFALL, answer.shortfall),
        )
    )
    if answer.degraded:
        written += b"".join([_text(_DEGRADED, name) for name in answer.degraded])
    if slate.arms:
        written += _arms(slate.arms)
    if slate.objective:
        written += _OBJECTIVES[slate.objective] + _set_text(_OBJECTIVE_NOTE, slate.objective_note)
    return written + _ESTIMATED if slate.propensities_estimated else written


def _text(tag: bytes, text: str) -> bytes:
    raw = text.encode()
    return tag + _varint(len(raw)) + raw


def _set_text(tag: bytes, text: str) -> bytes:
    return _text(tag, text) if text else b""


_common_text = lru_cache(maxsize=16)(_set_text)  # of texts that many answers share


@lru_cache(maxsize=1_024)  # few of them are in force at a time
def _arms(arms: tuple[Arm, ...]) -> bytes:
    return b"".join([_arm(arm) for arm in arms])


def _arm(arm: Arm) -> bytes:
    raw = _text(_EXPERIMENT_ID, arm.experiment_id) + _text(_ARM_ID, arm.arm_id)
    return _ARMS + _varint(len(raw)) + raw


def results_bytes(results: Results) -> bytes:
    """Return the field ``results`` of a `RecommendResponse`, to be appended to the other fields.

    >>> import numpy as np
    >>> results = Results(["a", "b"], np.array([2.0, 1.0]), np.array([0.5, 1.0]))
    >>> message = pb.RecommendResponse.FromString(results_bytes(results))
    >>> [(result.item_id, result.score, result.propensity) for result in message.results]
    [('a', 2.0, 0.5), ('b', 1.0, 1.0)]
    """
    columns: list[Iterable[float]] = [_SCORE, results.scores.tolist()]
    columns += [_PROPENSITY, results.propensities.tolist()]
    if results.probabilities is not None:
        columns += [_PROBABILITY, results.probabilities.tolist()]
    if results.first_slot is not None:
        columns += [_FIRST_SLOT, results.first_slot.tolist()]
    numbers, heads = _layout(len(columns) // 2)
    ids = [item_id.encode() for item_id in results.item_ids]
    rows = zip(ids, map(numbers.pack, *columns), strict=True)
    return b"".join([heads[len(name)] + name + row for name, row in rows])


def _tag(message: type[Message], field: str, wire: int) -> int:
    return message.DESCRIPTOR.fields_by_name[field].number << 3 | wire


_SCORE, _PROPENSITY, _PROBABILITY, _FIRST_SLOT = (
    repeat(_tag(pb.Result, name, FIXED64))
    for name in ("score", "propensity", "probability", "first_slot_propensity")
)
_RECOMMENDATION_ID, _TOKEN, _OFFSET, _POLICY, _SHORTFALL, _DEGRADED = (
    bytes((_tag(pb.RecommendResponse, name, LENGTH),))
    for name in (
        "recommendation_id", "attribution_token", "offset", "policy", "shortfall", "degraded",
    )
)  # fmt: skip
_ESTIMATED = bytes((_tag(pb.RecommendResponse, "propensities_estimated", VARINT), 1))
_ARMS = bytes((_tag(pb.RecommendResponse, "arms", LENGTH),))
_OBJECTIVES = {
    name.removeprefix("OBJECTIVE_").lower(): bytes(
        (_tag(pb.RecommendResponse, "objective", VARINT), number)
    )
    for name, number in pb.Objective.items()
}
_OBJECTIVE_NOTE = bytes((_tag(pb.RecommendResponse, "objective_note", LENGTH),))
_EXPERIMENT_ID, _ARM_ID = (
    bytes((_tag(arm_pb2.ArmAssignment, name, LENGTH),)) for name in ("experiment_id", "arm_id")
)
_RESULT, _ITEM_ID = (
    _tag(pb.RecommendResponse, "results", LENGTH),
    _tag(pb.Result, "item_id", LENGTH),
)


class _Heads(dict[int, bytes]):
    """By an id's length: what comes before the id, the tags and lengths of the slot and the id."""

    def __init__(self, numbers_bytes: int) -> None:
        self._numbers_bytes = numbers_bytes

    def __missing__(self, id_bytes: int) -> bytes:
        inner = _varint(_ITEM_ID) + _varint(id_bytes)
        slot = len(inner) + id_bytes + self._numbers_bytes
        head = self[id_bytes] = _varint(_RESULT) + _varint(slot) + inner
        return head


@cache
def _layout(count: int) -> tuple[Struct, _Heads]:
    """Return how ``count`` numbers after their tags are written, and what comes before the ids."""
    numbers = Struct("<" + "Bd" * count)
    return numbers, _Heads(numbers.size)


def _varint(number: int) -> bytes:
    r"""Return a number as protobuf writes it: seven bits a byte, the lowest first.

    >>> _varint(5), _varint(300)
    (b'\x05', b'\xac\x02')
    """
    if number < 128:  # as nearly always
        return bytes((number,))
    raw = bytearray()
    while number > 127:
        raw.append(number & 127 | 128)
        number >>= 7
    return bytes((*raw, number))
