"""Change events of a product table as writes and deletes of items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from headwater_server.engine.messages.entries import Item, ItemDelete, ItemWrite
from headwater_server.sources.decoding.decoded import Decoded, Part, Unreadable, refused
from headwater_server.sources.decoding.envelope import Change, change_of
from headwater_server.sources.messages import Message

if TYPE_CHECKING:  # it needs DuckDB, an extra
    from headwater_server.sources.decoding.mapped_items import MappedItems

UNAVAILABLE = "unavailable"
_BYTES = re.compile(r"(?=.*[A-Za-z+/])(?:[\w+/]{4})*[\w+/]{2}(?:==|[\w+/](?:=|[\w+/]))", re.ASCII)


class ChangeEvents:
    """Rows become items by a mapping; ``set_time`` is when the database changed the row."""

    def __init__(self, rows: MappedItems, on_delete: str) -> None:
        """``on_delete``: whether a deleted row deletes the item, or makes it unavailable."""
        self._rows = rows
        self._prices = rows.columns_of("price")
        self._on_delete = on_delete

    def decode(self, messages: Sequence[Message]) -> list[Decoded]:
        """Return the parts of each message."""
        found: list[list[Part]] = [[] for _ in messages]
        changes: dict[int, Change] = {}
        for number, message in enumerate(messages):
            try:
                change = change_of(message.key, message.value, message.time_ms)
                self._check_prices(change)
            except Unreadable as error:
                found[number] = [refused(str(error))]
            else:
                if change is not None:
                    changes[number] = change
        if changes:
            self._map(changes, found)
        return list(found)

    def _check_prices(self, change: Change | None) -> None:
        """Refuse the bytes of a decimal: read as a price they would be another one."""
        for name in self._prices & (change.row.keys() if change else set()):
            value = change.row[name] if change else None
            if isinstance(value, str) and _BYTES.fullmatch(value):
                raise Unreadable(
                    f"{name}: it has the bytes of a decimal and no schema; set "
                    "decimal.handling.mode=string in the connector, or let it send schemas"
                )

    def _map(self, changes: dict[int, Change], found: list[list[Part]]) -> None:
        rows = [(number, change.known) for number, change in changes.items()]
        for number, parts in self._rows.decode(rows).items():
            found[number] = [self._of_change(part, changes[number]) for part in parts]

    def _of_change(self, part: Part, change: Change) -> Part:
        write = part.operation
        if not isinstance(write, ItemWrite):
            return part
        if not change.is_delete:
            fields = write.fields
            if len(change.known) < len(change.row):  # features are written as a whole
                fields = tuple(name for name in fields if name != "features")
            return replace(
                part, operation=replace(write, fields=fields, set_time_ms=change.time_ms)
            )
        item_id = write.item.item_id
        if self._on_delete == UNAVAILABLE:
            gone = ItemWrite(Item(item_id, available=False), ("available",), change.time_ms)
            return replace(part, operation=gone)
        return replace(part, operation=ItemDelete(item_id, change.time_ms))
