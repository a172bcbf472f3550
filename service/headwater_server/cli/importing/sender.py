"""Send a history to a running server, as live events with their event_time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TypeVar

from headwater import (
    Client,
    Event,
    EventItem,
    Item,
    OverloadedError,
    UnavailableError,
    User,
    WriteStatus,
)
from headwater.errors import DeadlineExceededError
from headwater_server.cli.importing.journal import Journal
from headwater_server.cli.importing.sending import Sending
from headwater_server.engine.messages import entries, events
from headwater_server.evaluation.shop_history import ShopHistory

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMEOUT_S = 30.0
PATIENCE_S = 60.0  # a restart of the server, with a cold start of its models
ITEMS_REFUSED = "items refused"
Answer = TypeVar("Answer")
Write = TypeVar("Write", Item, User)


class ServerGoneError(Exception):
    """The server was not available in time; acknowledged events stay learned."""


def send(
    target: str,
    key: str,
    history: ShopHistory,
    batch_size: int,
    on_rows: Callable[[int], None],
    *,
    journal: Journal | None = None,
    on_resume: Callable[[int], None] = lambda _: None,
) -> Counter[str]:
    """Send items and events in order, one batch at a time; count the outcomes of the events.

    Items that the server refuses, because it has no place for them, are counted, too.

    It is safe to repeat: for a known event the server answers EXISTS, and what ``journal`` has is
    not sent again; ``on_resume`` gets how much that is. Raises `ForgottenError`, `ServerGoneError`.
    """
    outcomes: Counter[str] = Counter()
    with Client(target, key=key) as client:
        for writes in _chunks([to_client_item(write) for write in history.items], batch_size):
            written = _retried(partial(client.upsert_items, writes, timeout_s=TIMEOUT_S))
            refused = sum(one.status is WriteStatus.REFUSED for one in written.results)
            outcomes.update({ITEMS_REFUSED: refused} if refused else {})
        for users in _chunks([_user(write) for write in history.users], batch_size):
            _retried(partial(client.upsert_users, users, timeout_s=TIMEOUT_S))
        sending = Sending(history.events, journal, client, on_rows)
        rows = sending.left(lambda event: not _sent(client, [event])["created"])
        if sending.done:
            outcomes["exists"] = sending.done
            on_resume(sending.done)
        while batch := list(islice(rows, batch_size)):
            outcomes += _sent(client, batch)
            sending.taken(batch)
            on_rows(sending.done)
        sending.taken([], is_last=True)
    return outcomes


def _sent(client: Client, batch: list[events.Event]) -> Counter[str]:
    """Send a batch until it is acknowledged; return the outcomes."""
    call = partial(client.feedback, [*map(_event, batch)], timeout_s=TIMEOUT_S)
    return Counter(result.status.value for result in _retried(call).results)


def _retried(call: Callable[[], Answer]) -> Answer:
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            return call()
        except (OverloadedError, UnavailableError, DeadlineExceededError) as error:
            if time.monotonic() > give_up:
                raise ServerGoneError(str(error)) from error
            time.sleep(error.retry_after_s or 0.2)


def _chunks(writes: Sequence[Write], size: int) -> Iterator[Sequence[Write]]:
    return (writes[start : start + size] for start in range(0, len(writes), size))


def _event(event: events.Event) -> Event:
    return Event(
        event_type=event.event_type,
        visitor_id=event.visitor_id,
        user_id=event.user_id,
        session_id=event.session_id,
        items=[
            EventItem(item.item_id, item.quantity, item.price, item.currency_code)
            for item in event.items
        ],
        value=event.value,
        placement=event.placement,
        position=event.position,
        event_time=EPOCH + timedelta(milliseconds=event.event_time_ms or 0),
        event_id=event.event_id,
    )


def to_client_item(write: entries.ItemWrite) -> Item:
    """Return the item as the client sends it."""
    item = write.item
    return Item(
        item_id=item.item_id,
        title=item.title,
        categories=item.categories,
        price=item.price,
        currency_code=item.currency_code,
        available=item.available,
        tags=item.tags,
        features=dict(item.features),
        publish_time=_time(item.publish_time_ms),
        expire_time=_time(item.expire_time_ms),
        image_uri=item.image_uri,
        uri=item.uri,
        group_id=item.group_id,
    )


def _time(time_ms: int) -> datetime | None:
    """Return a time of an item; 0 means none."""
    return EPOCH + timedelta(milliseconds=time_ms) if time_ms else None


def _user(write: entries.UserWrite) -> User:
    return User(write.user_id, dict(write.features))
