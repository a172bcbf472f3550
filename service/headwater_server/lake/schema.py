"""The columns of the lake: a row for each operation of the log, most of them about events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.messages.events import Event, Slate
from headwater_server.storage.codecs.stored_entry import StoredEntry

Row = dict[str, Any]

_TIME = pa.timestamp("ms", tz="UTC")
_ITEM = pa.struct(
    [
        ("item_id", pa.string()),
        ("quantity", pa.float64()),
        ("price", pa.float64()),
        ("currency_code", pa.string()),
    ]
)
SCHEMA = pa.schema(
    [
        ("sequence", pa.int64()),  # of the entry, from 1 without a gap
        ("place", pa.int32()),  # of the operation in its entry, from 0
        ("offset", pa.string()),
        ("append_time", _TIME),
        ("imported", pa.bool_()),
        ("kind", pa.string()),  # event, item_write, user_erase, settings_change, …
        ("event_id", pa.string()),
        ("event_type", pa.string()),
        ("event_time", _TIME),
        ("visitor_id", pa.string()),
        ("user_id", pa.string()),
        ("session_id", pa.string()),
        ("items", pa.list_(_ITEM)),
        ("value", pa.float64()),
        ("placement", pa.string()),
        ("position", pa.int32()),
        ("context", pa.string()),  # JSON
        ("from_page", pa.bool_()),
        ("recommendation_id", pa.string()),  # of the list that the event followed from
        ("policy", pa.string()),
        ("shown_item_ids", pa.list_(pa.string())),
        ("propensities", pa.list_(pa.float32())),
        ("item_id", pa.string()),  # of an item's write or delete
        ("payload", pa.binary()),  # the whole entry, with its first operation: for a restore
    ]
)


def rows_of(entry: StoredEntry) -> Iterator[Row]:
    """Yield a row for each operation; an entry without any has one row, so that none is missing."""
    whole = entry.entry
    shared = {
        "sequence": entry.position.sequence,
        "offset": entry.position.offset,
        "append_time": whole.time_ms,
        "imported": whole.imported,
    }
    if not whole.operations:
        yield {**shared, "place": 0, "kind": "", "payload": entry.payload}
    for place, (kind, operation) in enumerate(zip(entry.kinds, whole.operations, strict=True)):
        payload = entry.payload if place == 0 else None
        yield {**shared, "place": place, "kind": kind, "payload": payload, **_about(operation)}


def _about(operation: Operation) -> Row:
    if isinstance(operation, Event):
        return {**_event(operation), **(_slate(operation.slate) if operation.slate else {})}
    item = getattr(operation, "item", operation)
    return {
        "item_id": getattr(item, "item_id", None),
        "user_id": getattr(operation, "user_id", None) or None,
    }


def _event(event: Event) -> Row:
    return {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "event_time": event.event_time_ms,
        "visitor_id": event.visitor_id,
        "user_id": event.user_id or None,
        "session_id": event.session_id or None,
        "items": [
            {
                "item_id": item.item_id,
                "quantity": item.quantity,
                "price": item.price,
                "currency_code": item.currency_code or None,
            }
            for item in event.items
        ],
        "value": event.value,
        "placement": event.placement or None,
        "position": event.position or None,
        "context": json.dumps(dict(event.context), ensure_ascii=False) if event.context else None,
        "from_page": event.from_page,
    }


def _slate(slate: Slate) -> Row:
    return {
        "recommendation_id": slate.recommendation_id,
        "policy": slate.policy,
        "shown_item_ids": list(slate.item_ids),
        "propensities": list(slate.propensities),
    }


def batch_of(rows: list[Row]) -> pa.RecordBatch:
    """Return the rows as columns."""
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)
