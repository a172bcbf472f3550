"""Reads the files of a shop: opened, mapped, checked as a whole, then ready event by event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import duckdb
from duckdb import DuckDBPyConnection

from headwater_server.engine.messages.entries import ItemWrite, UserWrite
from headwater_server.engine.messages.rewards import LOGOUT
from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.asked import Asked
from headwater_server.reading.events.checking import Rules, check
from headwater_server.reading.events.counting import counted
from headwater_server.reading.events.part import Part
from headwater_server.reading.events.sorting import sort
from headwater_server.reading.events.staging import Staged, stage
from headwater_server.reading.events.stored import StoredEvents
from headwater_server.reading.events.structure import broken_documents, structure
from headwater_server.reading.failure import failure
from headwater_server.reading.items.accounts import read_users
from headwater_server.reading.items.catalogue import ReadItems, read_items
from headwater_server.reading.items.known import Known
from headwater_server.reading.mapping.alike import together
from headwater_server.reading.mapping.choose import choose
from headwater_server.reading.mapping.columns.emails import email_notes
from headwater_server.reading.mapping.columns.looks import look
from headwater_server.reading.mapping.compile import compile_events, compile_items, compile_users
from headwater_server.reading.mapping.compiled import (
    Choice,
    CompiledEvents,
    CompiledItems,
    CompiledUsers,
)
from headwater_server.reading.mapping.names import BadMapping
from headwater_server.reading.opening.opened import open_all
from headwater_server.reading.opening.rows import delimiter_said
from headwater_server.reading.opening.table import Table
from headwater_server.reading.opening.views import make_view
from headwater_server.reading.problems import BadFile, Problem, raise_all
from headwater_server.reading.report import FileReport, Report
from headwater_server.reading.session import Session

Compiled = TypeVar("Compiled", CompiledEvents, CompiledItems, CompiledUsers)
ROW_BYTES = 60  # of an event, about: until the first report of how far it is


@dataclass(frozen=True)
class ShopFiles:
    """What was read; ``events`` is None if no file of events was asked for."""

    events: StoredEvents | None
    items: tuple[ItemWrite, ...]
    users: tuple[UserWrite, ...]
    report: Report


def read_shop(asked: Asked, settings: EngineSettings, now_ms: int, session: Session) -> ShopFiles:
    """Read and check all files. Raises `BadFile`, with all problems of all files at once."""
    try:
        return _Reader(asked, settings, now_ms, session).read()
    except (OSError, duckdb.Error) as error:
        first = next(iter((*asked.events, *asked.items, *asked.users)), Path())
        raise BadFile(first, [Problem(0, "", failure(error))]) from error


class _Reader:
    def __init__(
        self, asked: Asked, settings: EngineSettings, now_ms: int, session: Session
    ) -> None:
        self._asked, self._settings, self._session = asked, settings, session
        self._rules = Rules(
            frozenset(settings.rewards) | {LOGOUT},
            tuple(settings.allowed_ids),
            now_ms,
            asked.earliest_ms,
        )
        self._bad: list[BadFile] = []
        self._files: list[FileReport] = []
        self._used: set[str] = set()
        self._unused: list[str] = []  # for one role, such as the items of an archive for events

    def read(self) -> ShopFiles:
        """Read all, then raise all problems or return."""
        compiled, read = self._items()
        users = self._users()
        staged = self._staged()
        raise_all(self._bad)
        if self._asked.events and not any(one.rows for one in staged):
            raise BadFile(self._asked.events[0], [Problem(0, "", "the file holds no events")])
        aliases = " UNION ALL ".join(one.aliases for one in compiled if one.aliases)
        writes = tuple({w.item.item_id: w for one in read for w in one.writes}.values())
        if not staged:
            if not writes and not users:
                first = (*self._asked.items, *self._asked.users, Path())[0]
                raise BadFile(first, [Problem(0, "", "no row of it is an item or account")])
            return ShopFiles(None, writes, users, self._report(writes, None))
        table = sort(staged, self._session, aliases)
        events = StoredEvents(self._session, table, self._asked.events[0], self._asked.limit)
        if not len(events):
            reason = "no row of it is an event: all are left out"
            raise BadFile(self._asked.events[0], [Problem(0, "", reason)])
        return ShopFiles(events, writes, users, self._report(writes, events))

    def _report(self, writes: Sequence[ItemWrite], events: StoredEvents | None) -> Report:
        ids = [write.item.item_id for write in writes]
        unused = [name for name in dict.fromkeys(self._unused) if name not in self._used]
        report = counted(self._files, unused, events, ids, self._session)
        return replace(report, unread=self._session.unread)

    def _choices(self, paths: Sequence[Path], role: str) -> list[Choice]:
        """Choose how to read each file; one that nobody can read is a problem of the whole."""
        tables: list[Table] = []
        for path in paths:
            try:
                found = open_all([path], self._session, self._asked.options.encoding)
                tables += found.tables
                self._bad += found.bad
            except BadFile as bad:
                self._bad.append(bad)
        if not tables:
            return []
        try:
            choices = choose(tables, role, self._asked.options)  # type: ignore[arg-type]
        except BadMapping as error:
            self._bad += self._all_refused(tables, role, error)
            return []
        self._note_unused(tables, choices, role)
        chosen = together(choices, self._session)
        for table in (table for choice in chosen for table in choice.tables):
            make_view(table, self._session)
        return chosen

    def _note_unused(self, tables: Sequence[Table], choices: Sequence[Choice], role: str) -> None:
        used = {table.name for choice in choices for table in choice.tables}
        self._used |= used
        for table in tables:
            if table.name in used:
                continue
            if table.from_many:
                self._unused.append(table.name)
            else:
                self._bad += self._refused(table, role)

    def _all_refused(self, tables: Sequence[Table], role: str, error: BadMapping) -> list[BadFile]:
        """Return the problem of each file that was named, or the one of all together."""
        first = tables[0].name
        if not str(error).startswith(f"{first}: ") or any(table.from_many for table in tables):
            return [_unknown(first, error)]
        return [bad for table in tables for bad in self._refused(table, role)]

    def _refused(self, table: Table, role: str) -> list[BadFile]:
        try:
            choose([table], role, self._asked.options)  # type: ignore[arg-type]
        except BadMapping as error:
            return [_unknown(table.name, error)]
        return []

    def _compiled(
        self, compile_one: Callable[[Choice, DuckDBPyConnection], Compiled], choice: Choice
    ) -> Compiled | None:
        """Return the SQL of a choice; SQL of a mapping that is not right is a problem of it."""
        if broken := broken_documents(choice.tables, self._session):
            self._bad += broken
            return None
        try:
            return compile_one(choice, self._session.connection)
        except BadMapping as error:
            self._bad.append(_unknown(choice.tables[0].name, error))
            return None

    def _items(self) -> tuple[list[CompiledItems], list[ReadItems]]:
        compiled, read, known = [], [], Known(keep_last=self._asked.options.keep_last)
        for choice in self._choices(self._asked.items, "items"):
            one = self._compiled(compile_items, choice)
            if one is None:
                continue
            found = read_items(choice, one, self._session, self._rules.allowed_ids, known)
            compiled.append(one)
            read.append(found)
            self._bad += found.bad
            rows = len(found.writes) + found.equal + found.left_out.total()
            self._say(choice, "items", rows, found.left_out, (*one.notes, *found.notes))
        return compiled, read

    def _users(self) -> tuple[UserWrite, ...]:
        writes: list[UserWrite] = []
        for choice in self._choices(self._asked.users, "users"):
            one = self._compiled(compile_users, choice)
            if one is None:
                continue
            found, problems = read_users(choice, one, self._session, self._rules.allowed_ids)
            writes += found
            self._bad += problems
            self._say(choice, "accounts", len(found), {}, one.notes)
        return tuple(writes)

    def _staged(self) -> list[Staged]:
        staged: list[Staged] = []
        sources = 0
        for choice in self._choices(self._asked.events, "events"):
            source, sources = sources, sources + len(choice.tables[0].files)
            compiled = self._compiled(compile_events, choice)
            if compiled is None:
                continue
            part = Part(choice, compiled)
            about = sum(_bytes(table) for table in choice.tables) // ROW_BYTES
            days = self._asked.earliest_ms > 0  # the clock of a simulation may count to 45,000
            one = stage(source, part, self._session, about, days=days)
            found = check(one, self._rules, self._session)
            self._bad += found.bad_files(structure(one, self._session), self._session)
            staged.append(one)
            self._say_events(one)
        return staged

    def _say_events(self, one: Staged) -> None:
        left_out = dict(
            self._session.rows(
                f"SELECT left_out, count(*) FROM {one.table} WHERE left_out IS NOT NULL GROUP BY 1"
            )
        )
        ids = look(one.table, self._session.connection, one.part.compiled.labels)
        form, labels = one.part.choice.mapping, one.part.compiled.labels
        hidden = email_notes(one.table, self._session.connection, form, labels)
        notes = (*one.part.compiled.notes, *ids, *hidden, f"times: {one.time.said}")
        self._say(one.part.choice, "events", one.rows, left_out, notes)

    def _say(
        self,
        choice: Choice,
        role: str,
        rows: int,
        left_out: dict[str, int],
        notes: Sequence[str],
    ) -> None:
        table = choice.tables[0]
        name = " + ".join(one.name for one in choice.tables)
        report = FileReport(
            name, role, choice.preset, choice.why, _how(table), rows, left_out, tuple(notes)
        )
        self._files.append(report)


def _unknown(name: str, error: BadMapping) -> BadFile:
    return BadFile(Path(name), [Problem(0, "", str(error).removeprefix(f"{name}: "))])


def _how(table: Table) -> str:
    parts = [table.container, table.encoding]
    if table.kind == "documents":
        parts.append("JSON" if table.container != "XML" else "")
    elif table.delimiter:
        parts.append(f"{delimiter_said(table)} between cells")
    return ", ".join(part for part in parts if part)


def _bytes(table: Table) -> int:
    paths = [one.data_path for one in table.files]
    return sum(path.stat().st_size for path in paths if path.is_file())
