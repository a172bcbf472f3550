"""Pages of an export for callers of a running server: each one little work, in short steps."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from headwater_server.errors import InvalidRequest
from headwater_server.exporting.columns import OF_THE_LOG, TABLES, Row
from headwater_server.exporting.erasures import Erasures
from headwater_server.exporting.reading import ReadableLog
from headwater_server.exporting.rows import rows_of
from headwater_server.exporting.state import State, numbered_rows
from headwater_server.exporting.texts import Csv, JsonLines, TextFormat
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.position import START, Position, offset_key

CALL_S = 0.5
"""Of looking for erasures in one call; then the caller asks again."""
AT_ONCE = 50
"""Operations that are translated before other calls get their turn: about a millisecond."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which page of what."""

    table: str
    format: str
    size: int
    token: str
    bytes_max: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The page, and how far it is."""

    text: str
    rows: int
    token: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next page begins: after an entry, and so many rows of the next one.

    Of items and users: after so many. ``head`` is the end of the export.
    """

    table: str
    format: str
    head: Position
    after: Position = START
    rows: int = 0

    def token(self) -> str:
        """Return it as opaque text."""
        head, after = self.head, self.after
        plain = [
            self.table, self.format, head.offset, head.sequence, after.offset, after.sequence,
            self.rows,
        ]  # fmt: skip
        text = json.dumps(plain).encode()
        return base64.urlsafe_b64encode(text).rstrip(b"=").decode("ascii")

    @classmethod
    def read(cls, question: Question) -> Place:
        """Return the place of a token. Raises `InvalidRequest`."""
        try:
            padded = question.token.encode("ascii") + b"=" * (-len(question.token) % 4)
            table, form, head, last, after, done, rows = json.loads(
                base64.urlsafe_b64decode(padded)
            )
            offset_key(head), offset_key(after)
            place = cls(
                table, form, Position(head, int(last)), Position(after, int(done)), int(rows)
            )
        except (binascii.Error, UnicodeError, ValueError, TypeError, AttributeError):
            raise InvalidRequest("page_token", "is not a token of this service") from None
        if (place.table, place.format) != (question.table, question.format) or place.rows < 0:
            raise InvalidRequest("page_token", "belongs to another table or format")
        return place


class Exports:
    """Answers pages. It remembers who was erased, up to where it has read the log."""

    def __init__(
        self,
        log: ReadableLog,
        state: Callable[[], State],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log, self._state, self._now_s = log, state, now_s
        self._erasures, self._read = Erasures(), START
        self._reading = asyncio.Lock()

    async def page(self, question: Question) -> Answer:
        """Return a page. Raises `InvalidRequest`, `StoreUnavailable`, `LogBroken`."""
        if question.table not in OF_THE_LOG:
            return self._of_state(question)
        place = Place.read(question) if question.token else None
        newest = await self._log.head()
        place = place or Place(question.table, question.format, newest)
        # up to the newest: who is erased during a download is left out of its later pages
        if not await self._is_read(newest):
            done = min(self._read.sequence, place.head.sequence)
            return Answer("", 0, place.token(), done, 2 * place.head.sequence)
        return await self._of_log(question, place)

    async def _is_read(self, head: Position) -> bool:
        """Look for erasures up to ``head``, for `CALL_S`; return whether it is done."""
        if self._read.sequence >= head.sequence:
            return True
        end_s = self._now_s() + CALL_S
        async with self._reading:
            if self._read.sequence >= head.sequence:
                return True
            async for logged in self._log.iterate(self._read, head.offset):
                if logged.erases:
                    self._erasures.collect(logged.position.sequence, logged.entry)
                self._read = logged.position
                await asyncio.sleep(0)
                if self._now_s() > end_s:
                    break
        return self._read.sequence >= head.sequence

    async def _of_log(self, question: Question, place: Place) -> Answer:
        form: TextFormat = _form(question)
        page = _Page(question, "" if place != _first(place) else form.head())
        end_s = self._now_s() + CALL_S
        after, skip = place.after, place.rows
        async for logged in self._entries(after, place.head):
            number = 0
            async for row in self._rows(question.table, logged):
                number += 1
                if number > skip and not page.add(form.rows([row])):
                    at = Place(place.table, place.format, place.head, after, number - 1)
                    return page.answer(at.token(), after.sequence, place.head)
            after, skip = logged.position, 0
            if self._now_s() > end_s and after != place.head:
                at = Place(place.table, place.format, place.head, after)
                return page.answer(at.token(), after.sequence, place.head)
        return page.answer("", place.head.sequence, place.head)

    async def _entries(self, after: Position, head: Position) -> AsyncIterator[LoggedEntry]:
        if after.sequence < head.sequence:
            async for logged in self._log.iterate(after, head.offset):
                yield logged

    async def _rows(self, table: str, logged: LoggedEntry) -> AsyncIterator[Row]:
        for start in range(0, logged.size, AT_ONCE):
            part = logged.part(start, min(start + AT_ONCE, logged.size))
            for row in rows_of(table, part, logged.position, self._erasures, start):
                yield row
            await asyncio.sleep(0)

    def _of_state(self, question: Question) -> Answer:
        """Return a page of the state of this moment: nothing else runs meanwhile."""
        begin = Place.read(question).rows if question.token else 0
        page, form = _Page(question, ""), _form(question)
        for number, row in numbered_rows(self._state(), question.table, begin):
            if not page.add(form.rows([row])):
                at = Place(question.table, question.format, START, START, number)
                return page.answer(at.token(), number, START)
        return page.answer("", 0, START)


class _Page:
    """Lines, as many as fit."""

    def __init__(self, question: Question, head: str) -> None:
        self._left, self._bytes = question.size, question.bytes_max
        self._lines, self._rows = [head] if head else [], 0

    def add(self, line: str) -> bool:
        """Add a row if it fits; the first one always does."""
        size = len(line.encode("utf-8", "surrogatepass"))
        if self._rows and (self._left == 0 or size > self._bytes):
            return False
        self._lines.append(line)
        self._rows, self._left, self._bytes = self._rows + 1, self._left - 1, self._bytes - size
        return True

    def answer(self, token: str, done: int, head: Position) -> Answer:
        """Return the page; both passes over the log count for how far it is."""
        total = 2 * head.sequence
        return Answer("".join(self._lines), self._rows, token, head.sequence + done, total)


def _first(place: Place) -> Place:
    return Place(place.table, place.format, place.head)


def _form(question: Question) -> TextFormat:
    columns = TABLES[question.table]
    return Csv(columns) if question.format == "csv" else JsonLines(columns)
