"""Write requests with events, and read the answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from headwater.events import Choice, Event, EventItem, EventResult, EventStatus, FeedbackAnswer
from headwater.field_error import FieldError
from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.wire.fields import built, each
from headwater.wire.values import to_time, to_values

STATUSES = {
    event_pb2.EVENT_STATUS_CREATED: EventStatus.CREATED,
    event_pb2.EVENT_STATUS_EXISTS: EventStatus.EXISTS,
    event_pb2.EVENT_STATUS_CONFLICT: EventStatus.CONFLICT,
    event_pb2.EVENT_STATUS_QUARANTINED: EventStatus.QUARANTINED,
}

_ITEM_NEEDED = "an EventItem or the item's ID as a text is needed"


def feedback_request(events: Iterable[Event]) -> pb.FeedbackRequest:
    """Build the request."""
    return pb.FeedbackRequest(events=each("events", events, Event, _event))


def stream_feedback_request(events: Iterable[Event]) -> pb.StreamFeedbackRequest:
    """Build one batch of a stream."""
    return pb.StreamFeedbackRequest(events=each("events", events, Event, _event))


def _event(event: Event) -> event_pb2.Event:
    return built(
        event_pb2.Event,
        event_id=event.event_id,
        event_type=event.event_type,
        visitor_id=event.visitor_id,
        user_id=event.user_id,
        session_id=event.session_id,
        items=each("items", event.items, EventItem, _item, _ITEM_NEEDED),
        value=event.value,
        event_time=to_time("event_time", event.event_time),
        attribution_token=event.attribution_token,
        placement=event.placement,
        position=event.position,
        context=to_values("context", event.context),
        choice=None if event.choice is None else _choice(event.choice),
        reward=event.reward,
    )


def _choice(choice: Choice) -> event_pb2.Choice:
    values = {one.name: getattr(choice, one.name) for one in fields(choice)}
    try:
        return built(event_pb2.Choice, **values)
    except FieldError as error:
        raise error.within("choice") from None


def _item(item: EventItem | str) -> event_pb2.EventItem:
    if isinstance(item, str):
        return built(event_pb2.EventItem, item_id=item)
    return built(
        event_pb2.EventItem,
        item_id=item.item_id,
        quantity=item.quantity,
        price=item.price,
        currency_code=item.currency_code,
    )


def feedback_answer(response: pb.FeedbackResponse) -> FeedbackAnswer:
    """Read the results for the events."""
    return _answer(response)


def stream_feedback_answer(response: pb.StreamFeedbackResponse) -> FeedbackAnswer:
    """Read the results for the events of one batch."""
    return _answer(response)


def _answer(response: pb.FeedbackResponse | pb.StreamFeedbackResponse) -> FeedbackAnswer:
    results = (
        EventResult(result.event_id, STATUSES[result.status], result.detail)
        for result in response.results
    )
    return FeedbackAnswer(results=tuple(results), offset=response.offset)
