"""The JSON objects of a sink; docs/sinks.md describes each field."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from headwater_server.engine.messages.entries import Entry, UserErase
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.rewards import IMPRESSION, LOGOUT, RATING, canonical_type
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.quarantine import QuarantinedEvent
from headwater_server.sinks.port import ERASURES, OUTCOMES, QUARANTINE, SLATES, Record

Object = dict[str, Any]


def record_of_event(event: Event, place: Object, rewards: Mapping[str, float]) -> Record | None:
    """Return what a sink has of an event of the log, None if it is no slate and no outcome.

    ``place`` says where on the log it is, ``rewards`` is the table in force there.
    """
    name = canonical_type(event.event_type)
    if name == IMPRESSION:
        if event.slate is None:
            return None
        return _record(SLATES, event.visitor_id, place | _slate_shown(event, event.slate))
    if name == LOGOUT:
        return None
    return _record(OUTCOMES, event.visitor_id, place | _outcome(event, name, rewards))


def record_of_erasure(erase: UserErase, place: Object) -> Record:
    """Return that a person was erased: consumers delete what they have of these ids."""
    ids = {"user_id": erase.user_id, "visitor_ids": list(erase.visitor_ids)}
    key = erase.user_id or next(iter(erase.visitor_ids), "")
    return _record(ERASURES, key, place | ids)


def record_of_rejected(kept: QuarantinedEvent, catalogue: str) -> Record:
    """Return a rejected event with its reason, without its token, which is a secret."""
    said: Object = {
        "catalogue": catalogue,
        "quarantine_id": kept.kept_id,
        "time_ms": kept.time_ms,
        "event_id": kept.event_id,
        "visitor_id": kept.visitor_id,
        "user_id": kept.user_id,
        "reason": kept.reason,
        "event": _sent(kept.event) if kept.event else None,
    }
    return _record(QUARANTINE, kept.visitor_id, said)


def place_of(catalogue: str, position: Position, number: int, entry: Entry) -> Object:
    """Return where on the log an operation is: ``sequence`` and ``place`` are unique."""
    return {
        "catalogue": catalogue,
        "sequence": position.sequence,
        "place": number,
        "offset": position.offset,
        "log_time_ms": entry.time_ms,
        "imported": entry.imported,
    }


def _record(stream: str, key: str, said: Object) -> Record:
    text = json.dumps(_plain(said), ensure_ascii=False, separators=(",", ":"))
    return Record(stream, key, text.encode("utf-8", "replace"))


def _sent(event: Event) -> Object:
    """Return the event as it was sent."""
    return {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "event_time_ms": event.event_time_ms,
        "visitor_id": event.visitor_id,
        "user_id": event.user_id,
        "session_id": event.session_id,
        "items": [_item(item) for item in event.items],
        "value": event.value,
        "placement": event.placement,
        "position": event.position or None,
        "context": dict(event.context),
        "from_page": event.from_page,
    }


def _item(item: EventItem) -> Object:
    return {
        "item_id": item.item_id,
        "quantity": item.quantity,
        "price": item.price,
        "currency": item.currency_code,
    }


def _slate(slate: Slate) -> Object:
    return {
        "recommendation_id": slate.recommendation_id,
        "policy": slate.policy,
        "placement": slate.placement,
        "asked_time_ms": slate.time_ms or None,
        "item_ids": list(slate.item_ids),
        "propensities": list(slate.propensities),
        "arms": [{"experiment_id": arm.experiment_id, "arm_id": arm.arm_id} for arm in slate.arms],
    }


def _slate_shown(event: Event, slate: Slate) -> Object:
    seen = [item.item_id for item in event.items]
    return _sent(event) | _slate(slate) | {"seen_item_ids": seen}


def _outcome(event: Event, name: str, rewards: Mapping[str, float]) -> Object:
    slots: dict[str, int] = {}
    if event.slate is not None:
        for slot, item_id in enumerate(event.slate.item_ids, 1):
            slots.setdefault(item_id, slot)
    said = _sent(event)
    for item in said["items"]:
        item["slot"] = slots.get(item["item_id"])
    amount, currency = _amount(event)
    return said | {
        "reward": _reward(event, name, rewards),
        "amount": amount,
        "currency": currency,
        "recommendation_id": event.slate.recommendation_id if event.slate else None,
        "slate": _slate(event.slate) if event.slate else None,
    }


def _reward(event: Event, name: str, rewards: Mapping[str, float]) -> float | None:
    if event.reward is not None:
        return event.reward
    reward = rewards.get(name)
    if reward is None or name != RATING:
        return reward
    return None if event.value is None else reward * event.value


def _amount(event: Event) -> tuple[float | None, str | None]:
    """Return price times quantity of all items, if each has a price and all one currency."""
    currencies = {item.currency_code for item in event.items}
    if len(currencies) != 1 or any(item.price is None for item in event.items):
        return None, None
    amount = sum((item.price or 0.0) * item.quantity for item in event.items)
    return amount, currencies.pop() or None


def _plain(value: Any) -> Any:
    """Return a value as JSON can have it: a number that is none becomes null.

    >>> _plain({"a": [float("nan"), 1.5], "b": "x"})
    {'a': [None, 1.5], 'b': 'x'}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def records_of(
    catalogue: str, position: Position, entry: Entry, rewards: Mapping[str, float]
) -> Iterator[tuple[int, Event | UserErase, Record]]:
    """Yield (number of the operation, the operation, its record) of an entry."""
    for number, operation in enumerate(entry.operations):
        record: Record | None = None
        if isinstance(operation, Event):
            place = place_of(catalogue, position, number, entry)
            record = record_of_event(operation, place, rewards)
        elif isinstance(operation, UserErase):
            record = record_of_erasure(operation, place_of(catalogue, position, number, entry))
        if record is not None and isinstance(operation, Event | UserErase):
            yield number, operation, record
