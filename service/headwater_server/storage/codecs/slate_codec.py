"""Encodes and decodes the list that an event belongs to, and what was asked for it."""

from __future__ import annotations

from headwater_server.engine.messages.asked import Arm, Question, candidates_of, over_slate
from headwater_server.engine.messages.events import Event, Slate
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.replica.faults import UnreadableEntry
from headwater_server.storage.codecs.feature_codec import decode_features, encode_features


def write_slate(event: Event, slate: Slate, stored: pb.Slate) -> None:
    """Write the slate of ``event`` into an empty message, in place."""
    stored.recommendation_id, stored.policy = slate.recommendation_id, slate.policy
    stored.placement = slate.placement
    stored.item_ids.extend(slate.item_ids)
    stored.propensities.extend(slate.propensities)
    if slate.sequence:
        stored.sequence = slate.sequence
    if slate.operations:
        stored.operations = slate.operations
    if slate.windows:
        stored.windows = slate.windows
    if slate.time_ms:
        stored.time_ms = slate.time_ms
    for arm in slate.arms:
        stored.arms.add(experiment_id=arm.experiment_id, arm_id=arm.arm_id)
    if slate.question is not None:
        _write_question(slate.question, slate, event, stored.question)
    if slate.unreplayable:
        stored.unreplayable = True


def decode_slate(event: pb.Event) -> Slate:
    """Decode the slate of an event that has one."""
    stored = event.slate
    return Slate(
        stored.recommendation_id,
        stored.policy,
        stored.placement,
        tuple(stored.item_ids),
        tuple(stored.propensities),
        stored.sequence,
        stored.operations,
        stored.time_ms,
        tuple([Arm(arm.experiment_id, arm.arm_id) for arm in arms])
        if (arms := stored.arms)
        else (),
        _decode_question(event) if stored.HasField("question") else None,
        stored.unreplayable,
        stored.windows,
    )


def _write_question(question: Question, slate: Slate, event: Event, stored: pb.Question) -> None:
    stored.page_size = question.page_size
    if question.candidate_item_ids:
        places, others = over_slate(question.candidate_item_ids, slate.item_ids)
        stored.candidate_places.extend(places)
        stored.other_candidate_item_ids.extend(others)
    stored.exclude_item_ids.extend(question.exclude_item_ids)
    stored.context_item_ids.extend(question.context_item_ids)
    if question.filter:
        stored.filter = question.filter
    if question.diversity:
        stored.diversity = question.diversity
    if question.objective:
        stored.objective = question.objective
    if not question.explore:
        stored.exploration_off = True
    if question.first_slot:
        stored.first_slot = True
    if question.user_id != event.user_id:
        stored.user_id = question.user_id
    if question.session_id != event.session_id:
        stored.session_id = question.session_id
    if question.context and repr(question.context) == repr(event.context):  # -0.0 is not 0.0
        stored.has_context_of_event = True
    elif question.context:
        stored.context.extend(encode_features(question.context))


def _decode_question(event: pb.Event) -> Question:
    stored = event.slate.question
    of_event = stored.has_context_of_event
    return Question(
        stored.page_size,
        _candidates(event.slate),
        tuple(stored.exclude_item_ids),
        tuple(stored.context_item_ids),
        stored.filter,
        stored.diversity,
        not stored.exploration_off,
        stored.user_id if stored.HasField("user_id") else event.user_id,
        stored.session_id if stored.HasField("session_id") else event.session_id,
        decode_features(event.context if of_event else stored.context),
        stored.objective,
        stored.first_slot,
    )


def _candidates(slate: pb.Slate) -> tuple[str, ...]:
    places, others = slate.question.candidate_places, slate.question.other_candidate_item_ids
    if not (places or others):
        return ()
    try:
        return candidates_of(slate.item_ids, places, others)
    except IndexError as error:
        raise UnreadableEntry(f"a question that this build does not know: {error}") from error
