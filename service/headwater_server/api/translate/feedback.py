"""FeedbackService: translates events in, their outcomes out.

Only a malformed call is refused here. An event that cannot be learned from passes unchanged, so
that the replica quarantines it and learns from the rest of the batch.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from operator import is_

from headwater.v1 import event_pb2, feedback_service_pb2
from headwater_server.api.translate.checks import between
from headwater_server.api.translate.values import plain_time_ms, plain_values
from headwater_server.engine.messages.events import CREATED, Choice, Event, EventItem, Status
from headwater_server.errors import InvalidRequest
from headwater_server.replica.answers import WriteAnswer

EVENTS_MAX = 1000

SignedEvent = tuple[Event, str]
Response = feedback_service_pb2.FeedbackResponse | feedback_service_pb2.StreamFeedbackResponse

STATUSES = {
    Status.CREATED: event_pb2.EVENT_STATUS_CREATED,
    Status.EXISTS: event_pb2.EVENT_STATUS_EXISTS,
    Status.CONFLICT: event_pb2.EVENT_STATUS_CONFLICT,
    Status.QUARANTINED: event_pb2.EVENT_STATUS_QUARANTINED,
}


def feedback_request(
    request: feedback_service_pb2.FeedbackRequest | feedback_service_pb2.StreamFeedbackRequest,
) -> Iterator[SignedEvent]:
    """Yield the events, each with the attribution token that was sent with it."""
    events = request.events
    between("events", events, EVENTS_MAX)
    for place, event in enumerate(events):
        plain = plain_event(event)
        if not plain.event_id:
            raise InvalidRequest(f"events[{place}].event_id", "is required")
        yield plain, event.attribution_token


def plain_event(event: event_pb2.Event) -> Event:
    """Return the plain event; positional arguments, in the order of its fields, are quicker."""
    plain = Event(
        event.event_id,
        event.event_type,
        event.visitor_id,
        event.user_id,
        event.session_id,
        _items(event.items),
        event.value if event.HasField("value") else None,
        plain_time_ms(event.event_time) if event.HasField("event_time") else None,
        event.placement,
        event.position,
        plain_values(event.context),
        reward=event.reward if event.HasField("reward") else None,
    )
    return replace(plain, choice=_choice(event.choice)) if event.HasField("choice") else plain


def _choice(choice: event_pb2.Choice) -> Choice:
    return Choice(
        choice.propensity,
        choice.policy_propensity,
        choice.random_propensity,
        choice.is_baseline,
        choice.baseline_propensity,
        choice.slot,
        choice.mode,
        choice.wait_ms,
        choice.covers_both,
        choice.policy_weight if choice.HasField("policy_weight") else 1.0,
        choice.random_weight if choice.HasField("random_weight") else 1.0,
        choice.baseline_weight if choice.HasField("baseline_weight") else 1.0,
    )


def _items(items: Sequence[event_pb2.EventItem]) -> tuple[EventItem, ...]:
    if len(items) == 1:  # nearly always, and in two thirds of the time
        return (_item(items[0]),)
    return tuple([_item(item) for item in items])


def _item(item: event_pb2.EventItem) -> EventItem:
    return EventItem(
        item.item_id,
        item.quantity if item.HasField("quantity") else 1.0,
        item.price if item.HasField("price") else None,
        item.currency_code,
    )


def feedback_response(
    events: Sequence[SignedEvent], answer: WriteAnswer
) -> feedback_service_pb2.FeedbackResponse:
    """Return one result per event, in the order sent."""
    response = feedback_service_pb2.FeedbackResponse(offset=answer.offset)
    _add_results(response, events, answer)
    return response


async def stream_feedback_response(
    events: Sequence[SignedEvent], answer: Awaitable[WriteAnswer]
) -> feedback_service_pb2.StreamFeedbackResponse:
    """Wait for the answer; return one result per event, in the order sent."""
    done = await answer
    response = feedback_service_pb2.StreamFeedbackResponse(offset=done.offset)
    _add_results(response, events, done)
    return response


def _add_results(response: Response, events: Sequence[SignedEvent], answer: WriteAnswer) -> None:
    if all(map(is_, answer.outcomes, repeat(CREATED))) and _add_created(response, events):
        return
    add = response.results.add  # builds in place, which takes half as long as a list of messages
    for (event, _), outcome in zip(events, answer.outcomes, strict=True):
        status = STATUSES[outcome.status]
        add(event_id=event.event_id, status=status, detail=outcome.detail)


def _add_created(response: Response, events: Sequence[SignedEvent]) -> bool:
    """Add that all were created, as bytes: in a third of the time. False: an id is unusual.

    A character of the text is a byte if it is one of ASCII: also the lengths, up to 127.
    """
    ids = [event.event_id for event, _ in events]
    text = "".join([f"\n{chr(len(one) + 4)}\n{chr(len(one))}{one}\x10\x01" for one in ids])
    if not text.isascii():
        return False
    response.MergeFromString(text.encode())
    return True
