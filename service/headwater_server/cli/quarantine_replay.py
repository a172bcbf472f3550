"""Send rejected events again, exactly as their callers sent them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from headwater import AsyncClient, Choice, Event, EventItem, EventResult, EventStatus
from headwater.delivery import checked_bytes
from headwater.errors import PermissionDeniedError
from headwater_server.engine.messages import events
from headwater_server.replica.ports.quarantine import Quarantined

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BATCH = 100
TOO_LONG = "the event was too long to keep; only its IDs are known"
OF_A_PAGE = (
    "the event came with a page's key: sent with another, it would count as the shop's own; give "
    "--page-key"
)
NO_PAGE_KEY = "--page-key: for this server it is no page's key, so its events would be trusted"

Became = list[tuple[Quarantined, str]]
"""Events, each with its status or with the reason why it is rejected."""

Batch = list[tuple[Quarantined, Event]]


class NotAPageKeyError(Exception):
    """The key for events of pages is no page's key: the server would trust them."""


async def replayed(
    target: str, key: str, chosen: Sequence[Quarantined], page_key: str = ""
) -> AsyncIterator[tuple[Became, Became]]:
    """Yield, batch by batch, the events that are learned or known, and those rejected again.

    Events of pages are sent with ``page_key``, so that they are trusted no more than before. Raises
    `NotAPageKeyError` if it is none.
    """
    sendable: list[tuple[Quarantined, Event]] = []
    unfit: Became = []
    for kept in chosen:
        try:
            sendable.append((kept, _sent_again(kept, page_key)))
        except (ValueError, TypeError, OverflowError) as error:
            unfit.append((kept, str(error)))
    if unfit:
        yield [], unfit
    async with AsyncClient(target, key=key) as client:
        batches = _batches(one for one in sendable if not _is_of_page(one[0]))
        sent = ([event for _, event in batch] for batch in batches)
        answers = client.stream_feedback(sent)
        for batch in batches:
            yield _sorted(batch, (await anext(answers)).results)
    if batches := _batches(one for one in sendable if _is_of_page(one[0])):
        async with AsyncClient(target, key=page_key) as client:
            await _check_page_key(client)
            for batch in batches:  # a page's key opens no stream
                answer = await client.feedback([event for _, event in batch])
                yield _sorted(batch, answer.results)


async def _check_page_key(client: AsyncClient) -> None:
    """Raise `NotAPageKeyError` for a key that allows more than a page's, such as GetModel."""
    try:
        await client.get_model()
    except PermissionDeniedError:
        return
    raise NotAPageKeyError(NO_PAGE_KEY)


def _is_of_page(kept: Quarantined) -> bool:
    return kept.event is not None and kept.event.from_page


def _batches(sendable: Iterable[tuple[Quarantined, Event]]) -> list[Batch]:
    these = list(sendable)
    return [these[start : start + BATCH] for start in range(0, len(these), BATCH)]


def _sorted(batch: Batch, results: Sequence[EventResult]) -> tuple[Became, Became]:
    """Return the events that are learned or known, and those that are rejected again."""
    done: Became = []
    refused: Became = []
    for (kept, _), result in zip(batch, results, strict=True):
        if result.status in {EventStatus.CREATED, EventStatus.EXISTS}:
            done.append((kept, result.status.value))
        else:
            refused.append((kept, result.detail))
    return done, refused


def _sent_again(kept: Quarantined, page_key: str) -> Event:
    """Return the event with its original content. Raises ValueError if it may not be sent."""
    if kept.event is None:
        raise ValueError(TOO_LONG)
    if kept.event.from_page and not page_key:
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
        choice=Choice(**asdict(event.choice)) if event.choice else None,
        reward=event.reward,
    )
    checked_bytes(again)
    return again


def _item(item: events.EventItem) -> EventItem:
    return EventItem(item.item_id, item.quantity, item.price, item.currency_code)


def _time(time_ms: int | None) -> datetime | None:
    return None if time_ms is None else EPOCH + timedelta(milliseconds=time_ms)
