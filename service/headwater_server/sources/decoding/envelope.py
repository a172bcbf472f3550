"""Debezium's change events: the envelope, with or without its schema, as plain rows.

https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from headwater_server.sources.decoding.decoded import Unreadable, json_of

UNCHANGED = "__debezium_unavailable_value"
"""In place of a large value that did not change, and that the database did not send."""
Row = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS_US = {
    "io.debezium.time.Date": 86_400_000_000,
    "org.apache.kafka.connect.data.Date": 86_400_000_000,
    "io.debezium.time.Timestamp": 1_000,
    "org.apache.kafka.connect.data.Timestamp": 1_000,
    "io.debezium.time.MicroTimestamp": 1,
}
_DECIMAL = "org.apache.kafka.connect.data.Decimal"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a row: it is ``row`` now, or is deleted, and then ``row`` names it.

    ``time_ms`` is when the database changed it.
    """

    row: Row
    time_ms: int
    is_delete: bool = False

    @property
    def known(self) -> Row:
        """Return the row without the values that the database left out."""
        return {name: value for name, value in self.row.items() if value != UNCHANGED}


def change_of(key: bytes | None, value: bytes | None, time_ms: int) -> Change | None:
    """Return the change of a message, None if it is none. `Unreadable` if it is no envelope.

    >>> change_of(b'{"id": 7}', None, 5)
    Change(row={'id': 7}, time_ms=5, is_delete=True)
    """
    if value is None:
        return Change(_key_row(key), time_ms, is_delete=True)
    payload, schema = _payload(json_of(value))
    if not isinstance(payload, dict) or "op" not in payload:
        raise Unreadable("it is no envelope of Debezium: there is no op in it")
    operation, time_ms = payload["op"], _time_ms(payload, time_ms)
    if operation in {"c", "u", "r"}:
        return Change(_row(payload, schema, "after"), time_ms)
    if operation == "d":
        before = payload.get("before")
        named = _row(payload, schema, "before") if isinstance(before, dict) else _key_row(key)
        return Change(named, time_ms, is_delete=True)
    if operation == "m":
        return None  # a message of the database's log, and no row
    if operation == "t":
        raise Unreadable("the table was truncated, which names no rows: delete the items yourself")
    raise Unreadable("its op is none of c, u, r, d, t, m")


def _payload(found: Any) -> tuple[Any, Mapping[str, Any]]:
    """Return payload and schema; a converter may leave the schema out."""
    if isinstance(found, dict) and "payload" in found and "schema" in found:
        schema = found["schema"]
        return found["payload"], schema if isinstance(schema, dict) else {}
    return found, {}


def _key_row(key: bytes | None) -> Row:
    payload, schema = _payload(json_of(key)) if key else (None, {})
    if not isinstance(payload, dict) or not payload:
        raise Unreadable("it deletes a row, and neither key nor before names the row")
    return _converted(payload, schema)


def _row(payload: Row, schema: Mapping[str, Any], name: str) -> Row:
    row = payload.get(name)
    if not isinstance(row, dict):
        raise Unreadable(f"it has no {name}")
    inner = next((one for one in _fields(schema) if one.get("field") == name), {})
    return _converted(row, inner)


def _fields(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    fields = schema.get("fields")
    return [one for one in fields if isinstance(one, dict)] if isinstance(fields, list) else []


def _converted(row: Row, schema: Mapping[str, Any]) -> Row:
    """Return the row with decimals and times as texts, where the schema says what they are."""
    kinds = {one.get("field"): one for one in _fields(schema)}
    return {name: _plain(value, kinds.get(name, {})) for name, value in row.items()}


def _plain(value: Any, kind: Mapping[str, Any]) -> Any:
    name = kind.get("name")
    if name == _DECIMAL and isinstance(value, str) and value != UNCHANGED:
        return _decimal(value, kind)
    if name in _UNITS_US and isinstance(value, int):
        return (_EPOCH + timedelta(microseconds=value * _UNITS_US[name])).isoformat()
    return value


def _decimal(value: str, kind: Mapping[str, Any]) -> str:
    try:
        unscaled = int.from_bytes(base64.b64decode(value, validate=True), "big", signed=True)
        scale = int((kind.get("parameters") or {}).get("scale", 0))
        return str(Decimal(unscaled).scaleb(-scale))
    except (binascii.Error, ValueError, TypeError, ArithmeticError):
        raise Unreadable("a decimal of it cannot be read") from None


def _time_ms(payload: Row, otherwise_ms: int) -> int:
    """Return the database's time, else the connector's, else that of the message."""
    source = payload.get("source")
    for found in (source if isinstance(source, dict) else {}, payload):
        time_ms = found.get("ts_ms")
        if isinstance(time_ms, int) and not isinstance(time_ms, bool) and time_ms > 0:
            return time_ms
    return otherwise_ms
