"""One file of events to read: its table, and what its mapping compiled to."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.reading.mapping.compiled import Choice, CompiledEvents
from headwater_server.reading.opening.table import Table

RATING_MAX = 5.0
LOSS = "!"
"""Begins a reason to leave a row out that is a loss: the row should have been an event."""


@dataclass(frozen=True)
class Part:
    """One file's events: how it was chosen, and the SQL that gives its rows."""

    choice: Choice
    compiled: CompiledEvents

    @property
    def table(self) -> Table:
        """The table whose rows are counted."""
        return self.choice.tables[0]

    def label(self, column: str) -> str:
        """Return the file's name for one of our columns; a visitor may be named by the account."""
        labels = self.compiled.labels
        if column == "visitor_id" and column not in labels:
            return labels.get("user_id", column)
        return labels.get(column, column)
