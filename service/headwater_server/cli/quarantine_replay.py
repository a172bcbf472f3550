"""Send rejected events again, exactly as their callers sent them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from headwater import AsyncClient, Event, EventItem, EventStatus
from headwater.delivery import checked_bytes
from headwater_server.engine.messages import events
from headwater_server.storage.kept.quarantine import Quarantined

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BATCH = 100
TOO_LONG = "the event was too long to keep; only its IDs are known"
OF_A_PAGE = "the event came with a page's key: sent from here, it would count as the shop's own"

Became = list[tuple[Quarantined, str]]
"""Events, each with its status or with the reason why it is rejected."""


async def replayed(
    target: str, key: str, chosen: Sequence[Quarantined]
) -> AsyncIterator[tuple[Became, Became]]:
    """Yield, batch by batch, the events that are learned or known, and those rejected again."""
    sendable: list[tuple[Quarantined, Event]] = []
    unfit: Became = []
    for kept in chosen:
        try:
            sendable.append((kept, _sent_again(kept)))
        except (ValueError, TypeError, OverflowError) as error:
            unfit.append((kept, str(error)))
    if unfit:
        yield [], unfit
    batches = [sendable[start : start + BATCH] for start in range(0, len(sendable), BATCH)]
    async with AsyncClient(target, key=key) as client:
        sent = ([event for _, event in batch] for batch in batches)
        answers = client.stream_feedback(sent)
        for batch in batches:
            results = (await anext(answers)).results
            done: Became = []
            refused: Became = []
            for (kept, _), result in zip(batch, results, strict=True):
                if result.status in {EventStatus.CREATED, EventStatus.EXISTS}:
                    done.append((kept, result.status.value))
                else:
                    refused.append((kept, result.detail))
            yield done, refused


def _sent_again(kept: Quarantined) -> Event:
    """Return the event with its original content. Raises ValueError if it is not kept."""
    if kept.event is None:
        raise ValueError(TOO_LONG)
    if kept.event.from_page:
        raise ValueError(OF_A_PAGE)
    event = kept.event
    again = Event(
        event_id=event.event_id,
        event_type=event.event_type,
        visitor_id=event.visitor_id,
        user_id=event.user_id,
        session_id=event.session_id,
        items=[_item(item) for item in event.items],
        value=event.value,
        event_time=_time(event.event_time_ms),
        attribution_token=kept.token,
        placement=event.placement,
        position=event.position,
        context=dict(event.context),
    )
    checked_bytes(again)
    return again


def _item(item: events.EventItem) -> EventItem:
    return EventItem(item.item_id, item.quantity, item.price, item.currency_code)


def _time(time_ms: int | None) -> datetime | None:
    return None if time_ms is None else EPOCH + timedelta(milliseconds=time_ms)
