"""ModelService: translates quarantined events, as they were sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headwater.v1 import event_pb2, quarantine_pb2
from headwater.v1 import model_service_pb2 as pb
from headwater_server.api.translate.checks import (
    LABEL_BYTES_MAX,
    between,
    page_size,
    required,
    short_text,
)
from headwater_server.api.translate.feedback import STATUSES
from headwater_server.api.translate.pages import (
    PAGE_BYTES_MAX,
    after_item_id,
    as_many_as_fit,
    page_token,
)
from headwater_server.api.translate.values import (
    TIME_MS_MAX,
    TIME_MS_MIN,
    time_message,
    value_messages,
)
from headwater_server.engine.messages.events import Choice, Event
from headwater_server.errors import InvalidRequest
from headwater_server.replica.operators.operator_reads import QuarantineAnswer
from headwater_server.replica.ports.quarantine import QuarantinedEvent
from headwater_server.replica.writes.quarantine_work import ReplayAnswer, Replayed

PAGE_DEFAULT = 50
PAGE_MAX = 500
IDS_MAX = 500
_NUMBER = r"(?:0|[1-9]\d{0,18})"  # one spelling: an event has one id
_KEPT_ID = re.compile(f"{_NUMBER}-{_NUMBER}", re.ASCII)
_INT32_MAX, _INT64_MAX = 2**31 - 1, 2**63 - 1


def list_quarantined_events_request(
    request: pb.ListQuarantinedEventsRequest,
) -> tuple[int, str, str]:
    """Return the page's size, the event that it starts before, and what reasons must contain."""
    size = page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX)
    before = after_item_id(request.page_token)
    if before and not _KEPT_ID.fullmatch(before):
        raise InvalidRequest("page_token", "is not a token of this service")
    return size, before, short_text("reason", request.reason, LABEL_BYTES_MAX)


def list_quarantined_events_response(
    answer: QuarantineAnswer, size: int, bytes_max: int = PAGE_BYTES_MAX
) -> pb.ListQuarantinedEventsResponse:
    """Return ``size`` of the events, or as many as fit; what is left begins the next page."""
    page = as_many_as_fit(map(_quarantined, answer.events[:size]), bytes_max)
    more = len(answer.events) > len(page)
    return pb.ListQuarantinedEventsResponse(
        events=page,
        next_page_token=page_token(answer.events[len(page) - 1].kept_id) if more else "",
        kept_count=answer.kept,
        ever_count=answer.total,
    )


def quarantine_ids(ids: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of stored events that a call names."""
    between("quarantine_ids", ids, IDS_MAX)
    for place, kept_id in enumerate(ids):
        field = f"quarantine_ids[{place}]"
        if not _KEPT_ID.fullmatch(required(field, kept_id)):
            raise InvalidRequest(field, "is no quarantine_id of ListQuarantinedEvents")
    return tuple(ids)


def replay_quarantined_events_response(answer: ReplayAnswer) -> pb.ReplayQuarantinedEventsResponse:
    """Return one result per id, in the order sent."""
    return pb.ReplayQuarantinedEventsResponse(
        results=map(_replayed, answer.results), offset=answer.offset
    )


def _replayed(one: Replayed) -> quarantine_pb2.ReplayedEvent:
    said = one.outcome
    return quarantine_pb2.ReplayedEvent(
        quarantine_id=one.kept_id,
        event_id=one.event_id,
        status=STATUSES[said.status] if said else event_pb2.EVENT_STATUS_UNSPECIFIED,
        detail=said.detail if said and not one.is_learned else "",
    )


def _quarantined(one: QuarantinedEvent) -> quarantine_pb2.QuarantinedEvent:
    return quarantine_pb2.QuarantinedEvent(
        event_id=one.event_id,
        visitor_id=one.visitor_id,
        user_id=one.user_id,
        reason=one.reason,
        quarantine_time=time_message(one.time_ms),
        event=_event(one.event) if one.event else None,
        quarantine_id=one.kept_id,
    )


def _event(event: Event) -> event_pb2.Event:
    """Return the event as it was sent; any field may hold an absurd value."""
    time_ms = event.event_time_ms or 0
    is_time = TIME_MS_MIN <= time_ms <= TIME_MS_MAX
    return event_pb2.Event(
        event_id=event.event_id,
        event_type=event.event_type,
        visitor_id=event.visitor_id,
        user_id=event.user_id,
        session_id=event.session_id,
        items=[
            event_pb2.EventItem(
                item_id=item.item_id,
                quantity=item.quantity,
                price=item.price,
                currency_code=item.currency_code,
            )
            for item in event.items
        ],
        value=event.value,
        event_time=time_message(time_ms) if is_time else None,
        placement=event.placement,
        position=max(-_INT32_MAX, min(event.position, _INT32_MAX)),
        context=value_messages(event.context),
        reward=event.reward,
        choice=_choice(event.choice) if event.choice else None,
    )


def _choice(choice: Choice) -> event_pb2.Choice:
    return event_pb2.Choice(
        propensity=choice.propensity,
        policy_propensity=choice.policy_propensity,
        random_propensity=choice.random_propensity,
        is_baseline=choice.is_baseline,
        baseline_propensity=choice.baseline_propensity,
        slot=choice.slot,
        mode=choice.mode,
        wait_ms=max(-_INT64_MAX, min(choice.wait_ms, _INT64_MAX)),
        covers_both=choice.covers_both,
        policy_weight=choice.policy_weight,
        random_weight=choice.random_weight,
        baseline_weight=choice.baseline_weight,
    )
