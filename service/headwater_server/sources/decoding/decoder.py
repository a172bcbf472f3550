"""Messages as parts, by what the source is asked to hold. One bad message is no other's problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from headwater_server.engine.messages.entries import ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event
from headwater_server.reading.mapping.names import BadMapping
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.sources.asked import AskedSource
from headwater_server.sources.decoding.debezium import ChangeEvents
from headwater_server.sources.decoding.decoded import Decoded, Part, Unreadable, refused
from headwater_server.sources.decoding.native import decode_json, decode_protobuf, documents_of
from headwater_server.sources.messages import MESSAGE_BYTES_MAX, Message
from headwater_server.storage.extras import extra

_log = structlog.get_logger(__name__)
Decode = Callable[[Sequence[Message]], list[Decoded]]
_ROWS = MappingOptions(preset="headwater")


class BadSource(ValueError):
    """A source cannot be read as it is asked for; the text names the key and the fix."""


def decoder_of(asked: AskedSource) -> Decode:
    """Return what decodes a batch of messages, each to its parts.

    `BadSource`, or `StoreRefused` without the extra.
    """
    try:
        with extra(f"sources.{asked.name} with a mapping or debezium", "import"):
            return _Guarded(_decode(asked))
    except BadMapping as error:
        raise BadSource(f"sources.{asked.name}: {error}") from None


def _decode(asked: AskedSource) -> Decode:
    if asked.kind == "debezium":
        import duckdb  # noqa: F401, PLC0415 - an extra, missed at the start

        from headwater_server.sources.decoding.mapped_items import MappedItems  # noqa: PLC0415
        from headwater_server.sources.decoding.mapping import Forms  # noqa: PLC0415

        rows = MappedItems(Forms.of(asked.mapping or _ROWS, "items"))
        return ChangeEvents(rows, asked.on_delete).decode
    if asked.mapping is not None:
        return _Mapped(asked).decode
    return _Native(asked).decode


class _Guarded:
    """Refuses what is too long, and what no decoder can take: a batch never fails as a whole."""

    def __init__(self, decode: Decode) -> None:
        self._decode = decode

    def __call__(self, messages: Sequence[Message]) -> list[Decoded]:
        fit = [one for one in messages if len(one.value or b"") <= MESSAGE_BYTES_MAX]
        found = iter(self._all(fit))
        long = [refused(f"it has more than {MESSAGE_BYTES_MAX // 1024} KiB")]
        return [
            next(found) if len(one.value or b"") <= MESSAGE_BYTES_MAX else long for one in messages
        ]

    def _all(self, messages: Sequence[Message]) -> list[Decoded]:
        try:
            return self._decode(messages) if messages else []
        except Exception as error:  # noqa: BLE001 - of any kind: it must not stop the others
            if len(messages) == 1:
                _log.warning("a message cannot be read", error=type(error).__name__)
                return [[refused(f"it cannot be read ({type(error).__name__})")]]
        half = len(messages) // 2
        return [*self._all(messages[:half]), *self._all(messages[half:])]


class _Native:
    """Our own forms."""

    def __init__(self, asked: AskedSource) -> None:
        self._is_event = asked.kind == "events"
        self._form = decode_json if asked.format == "json" else decode_protobuf
        self._on_delete = asked.on_delete

    def decode(self, messages: Sequence[Message]) -> list[Decoded]:
        """Return the parts of each message."""
        return [self._one(message) for message in messages]

    def _one(self, message: Message) -> Decoded:
        if message.value is None:
            return tombstone(message, is_event=self._is_event)
        try:
            return self._form(message.value, is_event=self._is_event, time_ms=message.time_ms)
        except Unreadable as error:
            return [refused(str(error))]


def tombstone(message: Message, *, is_event: bool) -> Decoded:
    """Return the delete of the item that a message without a value names with its key.

    >>> tombstone(Message("1", 5, None, b"boots"), is_event=False)[0].operation
    ItemDelete(item_id='boots', set_time_ms=5, who='')
    """
    if is_event:
        return [refused("it is empty")]
    try:
        item_id = (message.key or b"").decode()
    except UnicodeDecodeError:
        item_id = ""
    if not 0 < len(item_id.encode()) <= 128:
        return [refused("it has no value, and its key is no item_id")]
    return [Part(ItemDelete(item_id, message.time_ms))]


class _Mapped:
    """JSON of any form, by a mapping."""

    def __init__(self, asked: AskedSource) -> None:
        import duckdb  # noqa: F401, PLC0415 - an extra, missed at the start

        from headwater_server.sources.decoding.mapped_events import MappedEvents  # noqa: PLC0415
        from headwater_server.sources.decoding.mapped_items import MappedItems  # noqa: PLC0415
        from headwater_server.sources.decoding.mapping import Forms  # noqa: PLC0415

        options = asked.mapping or _ROWS
        self._is_event = asked.kind == "events"
        self._rows: MappedEvents | MappedItems = (
            MappedEvents(Forms.of(options, "events"))
            if self._is_event
            else MappedItems(Forms.of(options, "items"))
        )

    def decode(self, messages: Sequence[Message]) -> list[Decoded]:
        """Return the parts of each message."""
        found: list[list[Part]] = [[] for _ in messages]
        documents, of_message = list[tuple[int, dict[str, Any]]](), list[int]()
        for number, message in enumerate(messages):
            for document in self._documents(message, found[number]):
                documents.append((len(documents), document))
                of_message.append(number)
        decoded = self._rows.decode(documents) if documents else {}
        for place, number in enumerate(of_message):
            for part in decoded[place]:
                timed = _timed(part, messages[number].time_ms)
                found[number].append(replace(timed, number=len(found[number])))
        return list(found)

    def _documents(self, message: Message, found: list[Part]) -> list[dict[str, Any]]:
        if message.value is None:
            found += tombstone(message, is_event=self._is_event)
            return []
        try:
            documents = documents_of(message.value)
        except Unreadable as error:
            found.append(refused(str(error)))
            return []
        found += [refused("it is no JSON object") for one in documents if not isinstance(one, dict)]
        return [one for one in documents if isinstance(one, dict)]


def _timed(part: Part, time_ms: int) -> Part:
    """Give what has no time of its own that of the message."""
    operation = part.operation
    if isinstance(operation, ItemWrite):
        return replace(part, operation=replace(operation, set_time_ms=time_ms))
    if isinstance(operation, Event) and operation.event_time_ms is None:
        return replace(part, operation=replace(operation, event_time_ms=time_ms))
    return part
