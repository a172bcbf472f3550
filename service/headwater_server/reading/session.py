"""One reading: a DuckDB with bounded memory, in a directory that is deleted at the end."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from headwater_server.reading.working_directory import WorkingDirectory

if TYPE_CHECKING:
    import duckdb

REPORT_S = 0.25
MEMORY_MIB = 256  # DuckDB's own; what does not fit is on the disk
Watch = Callable[[str, int, int], None]
"""Called with a step's name, how much of it is done, and of how much (0: not known)."""


def unwatched(_step: str, _done: int, _total: int) -> None:
    """Watch nothing."""


class Session:
    """A connection, its working directory, and who watches. Use it as a context manager."""

    def __init__(self, watch: Watch = unwatched) -> None:
        self.watch = watch
        working = WorkingDirectory()
        self.directory = working.path
        # also for who never closes it: events are read from it until the command ends
        self._delete = weakref.finalize(self, working.close)
        self.unread: dict[str, str] = {}
        """Files of a folder or archive that are not read, each with why."""
        self._files = 0
        self._views = 0
        try:
            self.connection = self._connect()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> duckdb.DuckDBPyConnection:
        import duckdb  # noqa: PLC0415 - an extra

        connection = duckdb.connect(str(self.directory / "reading.duckdb"))
        settings: dict[str, object] = {
            "threads": 1,  # one core, so that a server beside it keeps the others
            "memory_limit": f"{MEMORY_MIB}MB",
            "temp_directory": str(self.directory / "spilled"),
            "TimeZone": "UTC",
            "autoinstall_known_extensions": False,  # it reads files, and asks no network
            "autoload_known_extensions": False,
        }
        for name, value in settings.items():
            connection.execute(f"SET {name} = {literal(str(value))}")
        with contextlib.suppress(duckdb.InvalidInputException):  # a notebook without ipywidgets
            connection.execute("SET enable_progress_bar = true")
            connection.execute("SET enable_progress_bar_print = false")
        connection.execute("PRAGMA force_compression='uncompressed'")  # half the time; it is short
        return connection

    def new_file(self, suffix: str) -> Path:
        """Return the path of a new file in the working directory."""
        self._files += 1
        return self.directory / f"{self._files}{suffix}"

    def new_name(self, prefix: str) -> str:
        """Return a name for a view or table that none has yet."""
        self._views += 1
        return f"{prefix}{self._views}"

    def watched(self, sql: str, step: str, total: int) -> None:
        """Run a statement that takes long; the watcher learns how much of ``total`` is done."""
        done = threading.Event()
        reporter = threading.Thread(target=self._report, args=(step, total, done), daemon=True)
        self.watch(step, 0, total)
        reporter.start()
        try:
            self.connection.execute(sql)
        finally:
            done.set()
            reporter.join()

    def _report(self, step: str, total: int, done: threading.Event) -> None:
        while not done.wait(REPORT_S):
            percent = self.connection.query_progress()
            if percent > 0:
                self.watch(step, int(total * percent / 100), total)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result."""
        return self.connection.execute(sql).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        """Return the only row of a result."""
        return self.rows(sql)[0]

    def close(self) -> None:
        """Close the connection and delete the directory."""
        if connection := getattr(self, "connection", None):
            connection.close()
        self._delete()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clean up, whatever happened."""
        self.close()


def literal(text: str) -> str:
    """Return a text as a literal of SQL.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"
