"""Writes all of an answer but its slots as bytes: texts, each after its tag and length.

`RecommendResponse` in the wire format of protobuf, without an object for the message.
"""

from __future__ import annotations

from functools import lru_cache

from headwater.v1 import arm_pb2
from headwater.v1 import recommendation_service_pb2 as pb
from headwater_server.api.translate.wire import LENGTH, VARINT, tag_of, varint
from headwater_server.engine.messages.asked import Arm
from headwater_server.replica.answers import Answer


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
    return tag + varint(len(raw)) + raw


def _set_text(tag: bytes, text: str) -> bytes:
    return _text(tag, text) if text else b""


_common_text = lru_cache(maxsize=16)(_set_text)  # of texts that many answers share


@lru_cache(maxsize=1_024)  # few of them are in force at a time
def _arms(arms: tuple[Arm, ...]) -> bytes:
    return b"".join([_arm(arm) for arm in arms])


def _arm(arm: Arm) -> bytes:
    raw = _text(_EXPERIMENT_ID, arm.experiment_id) + _text(_ARM_ID, arm.arm_id)
    return _ARMS + varint(len(raw)) + raw


_RECOMMENDATION_ID, _TOKEN, _OFFSET, _POLICY, _SHORTFALL, _DEGRADED = (
    bytes((tag_of(pb.RecommendResponse, name, LENGTH),))
    for name in (
        "recommendation_id", "attribution_token", "offset", "policy", "shortfall", "degraded",
    )
)  # fmt: skip
_ESTIMATED = bytes((tag_of(pb.RecommendResponse, "propensities_estimated", VARINT), 1))
_ARMS = bytes((tag_of(pb.RecommendResponse, "arms", LENGTH),))
_OBJECTIVES = {
    name.removeprefix("OBJECTIVE_").lower(): bytes(
        (tag_of(pb.RecommendResponse, "objective", VARINT), number)
    )
    for name, number in pb.Objective.items()
}
_OBJECTIVE_NOTE = bytes((tag_of(pb.RecommendResponse, "objective_note", LENGTH),))
_EXPERIMENT_ID, _ARM_ID = (
    bytes((tag_of(arm_pb2.ArmAssignment, name, LENGTH),)) for name in ("experiment_id", "arm_id")
)
