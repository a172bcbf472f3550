"""A shop's own Redis Stream: read with XREAD, so that it and its groups stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headwater_server.errors import HeadwaterError, StoreAnswered
from headwater_server.sources.asked import AskedSource
from headwater_server.sources.messages import (
    BYTES_MAX,
    MESSAGES_MAX,
    Batch,
    Message,
    SourceProblem,
)
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings

PARTITION = "0"  # a stream has one
BEGIN = "0-0"
BLOCK_MS = 500
_LENIENT = ("utf-8", "replace")


class RedisStreamReader:
    """Implements `messages.Reader`. See `_Place` for a position."""

    def __init__(self, asked: AskedSource) -> None:
        """Create it; `open` connects."""
        self._asked = asked
        self._store = Store(asked.url, StorageSettings(), blocking_ms=BLOCK_MS)

    async def open(self) -> None:
        """See `Reader.open`."""
        try:
            await self._info()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """See `Reader.close`."""
        await self._store.close()

    async def read(self, positions: Mapping[str, str]) -> Sequence[Batch]:
        """See `Reader.read`."""
        before, info = positions.get(PARTITION, ""), await self._info()
        if not before:
            newest = self._asked.start == "newest"
            at = _Place(info.last, info.added) if newest else _Place(BEGIN, info.gone)
            return [Batch(PARTITION, before, at.text)]
        at = info.checked(_Place.of(before))
        if missed := info.missed_after(at):
            return [Batch(PARTITION, before, _Place(at.id, info.gone).text, missed=missed)]
        found = await self._call(
            "XREAD", "COUNT", MESSAGES_MAX, "BLOCK", BLOCK_MS, "STREAMS", self._asked.stream, at.id
        )
        messages = self._messages(found)
        if not messages:
            return []
        after = _Place(messages[-1].position, at.count + len(messages))
        return [Batch(PARTITION, before, after.text, messages)]

    async def lags(self, positions: Mapping[str, str]) -> Mapping[str, int]:
        """See `Reader.lags`."""
        at, info = _Place.of(positions.get(PARTITION, "") or BEGIN), await self._info()
        return {PARTITION: info.entries_after(at)}

    async def _info(self) -> _Info:
        found = await self._call("XINFO", "STREAM", self._asked.stream)
        return _Info.of(dict(zip(found[::2], found[1::2], strict=True)))

    async def _call(self, *command: str | int) -> Any:
        try:
            return await self._store.call(*command)
        except StoreAnswered as error:
            text = str(error.__cause__ or error)
            if "no such key" in text:
                raise SourceProblem("there is no stream of that name yet") from None
            if "WRONGTYPE" in text or "wrong kind" in text:
                raise SourceProblem("the key of that name is no stream") from None
            raise SourceProblem(str(error)) from None
        except HeadwaterError as error:
            text = str(error).replace("; nothing is acknowledged", "")
            raise SourceProblem(text) from None

    def _messages(self, found: Any) -> list[Message]:
        """Return as many as may be in one batch, at least one."""
        messages, size = list[Message](), 0
        for position, fields in _entries(found):
            message = self._message(position, fields)
            size += len(message.value or b"")
            if messages and size > BYTES_MAX:
                break
            messages.append(message)
        return messages

    def _message(self, position: str, fields: Mapping[bytes, bytes]) -> Message:
        """Take the named field, the only one, or all of them as an object of texts."""
        time_ms = int(position.partition("-")[0])
        if self._asked.field:
            value = fields.get(self._asked.field.encode(), b"")
        elif len(fields) == 1:
            value = next(iter(fields.values()))
        else:
            texts = {
                name.decode(*_LENIENT): text.decode(*_LENIENT) for name, text in fields.items()
            }
            value = json.dumps(texts).encode()
        return Message(position, time_ms, value)


def _entries(found: Any) -> Iterator[tuple[str, Mapping[bytes, bytes]]]:
    """Yield the entries of an answer of XREAD; one that was deleted meanwhile has no fields."""
    for _, entries in found or ():
        for position, fields in entries:
            yield position.decode(), fields or {}


@dataclass(frozen=True, slots=True)
class _Place:
    """A position: the id of the last entry that was read, and how many were added up to it.

    >>> _Place.of("5-1@31"), _Place.of("5-1@31").text
    (_Place(id='5-1', count=31), '5-1@31')
    """

    id: str
    count: int

    @classmethod
    def of(cls, text: str) -> _Place:
        """Read the text of a position."""
        found, _, count = text.partition("@")
        return cls(found, int(count or 0))

    @property
    def text(self) -> str:
        """The position as the log has it."""
        return f"{self.id}@{self.count}"


@dataclass(frozen=True, slots=True)
class _Info:
    """A stream at one moment: its ids ("" where there is no entry), and how many were added.

    ``added`` is the length where the server counts none, which Redis does from 7 on.
    """

    first: str
    last: str
    length: int
    added: int

    @classmethod
    def of(cls, found: Mapping[Any, Any]) -> _Info:
        """Take the answer of XINFO STREAM, by name."""
        named = {_text(name): value for name, value in found.items()}
        first, length = named.get("first-entry"), int(named["length"])
        return cls(
            _text(first[0]) if first else "",
            _text(named["last-generated-id"]),
            length,
            int(named.get("entries-added", length)),
        )

    @property
    def gone(self) -> int:
        """How many of those that were added are not there any more."""
        return self.added - self.length

    def entries_after(self, at: _Place) -> int:
        """Return how many entries lie after a place, with those that were deleted unread.

        >>> _Info("3-1", "9-1", 6, 9).entries_after(_Place("5-1", 5))
        4
        >>> _Info("3-1", "9-1", 6, 9).entries_after(_Place("9-1", 5))
        0
        """
        if _key(at.id) >= _key(self.last):
            return 0
        return min(max(0, self.added - at.count), self.length)

    def checked(self, at: _Place) -> _Place:
        """Return the place, counted again if the stream is younger than it.

        `SourceProblem` if the stream ends before the place: it is another one.
        """
        if _key(at.id) > _key(self.last):
            raise SourceProblem(
                f"its position {at.id} lies behind the stream's end {self.last}: the stream was "
                "made again, or lost its end. To read it from its beginning, give the source "
                "another name"
            )
        return _Place(at.id, min(at.count, self.added))

    def missed_after(self, at: _Place) -> int:
        """Return how many entries after a place are gone, if all before it are gone, too."""
        if self.first and _key(self.first) <= _key(at.id):
            return 0
        return max(0, self.gone - at.count)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _key(position: str) -> tuple[int, int]:
    time_ms, _, number = position.partition("-")
    return int(time_ms), int(number or 0)
