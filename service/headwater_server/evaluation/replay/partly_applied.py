"""One entry that is applied up to places within it, which come in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headwater_server.engine.messages.entries import Entry
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.state_machine import StateMachine


class PartlyApplied:
    """Applies an entry in parts, and the operation after a part until it has closed windows."""

    def __init__(
        self, engine: StateMachine, logged: LoggedEntry, changed: Callable[[Entry], Entry]
    ) -> None:
        """Apply it in parts; ``changed`` changes each before the engine sees it."""
        self._engine = engine
        self._logged = logged
        self._changed = changed
        self._done = 0
        self._steps: Iterator[object] | None = None  # of the operation that was begun
        self._windows = 0  # that it has closed

    def reaches(self, operations: int, windows: int) -> bool:
        """Apply so many operations and windows; return whether the entry has so many."""
        if operations > self._logged.size:
            return False
        if operations > self._done:
            self._finish_operation()
            self._apply(operations)
        if windows and self._steps is None and operations < self._logged.size:
            part = self._logged.part(operations, operations + 1)
            self._steps = self._engine.applying(self._changed(part), bool)
        while self._windows < windows and self._closes_another():
            self._windows += 1
        return self._windows == windows

    def finish(self) -> None:
        """Apply the rest."""
        self._finish_operation()
        self._apply(self._logged.size)

    def _closes_another(self) -> bool:
        return self._steps is not None and any(step is True for step in self._steps)

    def _finish_operation(self) -> None:
        if self._steps is None:
            return
        for _ in self._steps:
            pass
        self._steps, self._windows = None, 0
        self._done += 1

    def _apply(self, stop: int) -> None:
        if self._done < stop:
            self._engine.apply(self._changed(self._logged.part(self._done, stop)))
            self._done = stop
