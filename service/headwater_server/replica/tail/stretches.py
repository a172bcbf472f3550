"""Entries that are applied together: what many of them teach is learned in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.engine.messages.events import Outcome
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.tail.item_cost import items_of

Whole = tuple[LoggedEntry, list[Operation], list[Outcome]]


def stretches(
    page: Iterable[LoggedEntry], most: Callable[[], int]
) -> Iterator[tuple[LoggedEntry, ...]]:
    """Yield the entries of a page in order, those together that have ``most()`` operations.

    An entry of anything but events is alone: what comes after it must find its effect, also outside
    of the state. So is one that is larger.
    """
    taken: list[LoggedEntry] = []
    size = 0
    for entry in page:
        if taken and not (size + entry.size <= most() and entry.has_only_events):
            yield tuple(taken)
            taken, size = [], 0
        taken.append(entry)
        size += entry.size
        if not (size < most() and entry.has_only_events):
            yield tuple(taken)
            taken, size = [], 0
    if taken:
        yield tuple(taken)


class Stretch:
    """Entries that are being applied, one after the other, and what came of them so far."""

    def __init__(self, entries: Sequence[LoggedEntry]) -> None:
        """Begin with the first of ``entries``."""
        self.entries = entries
        self.outcomes: list[Outcome] = []  # of the first entry that is not whole
        self.windows = 0  # that the operation after these has closed
        self.items, self.took_s = 0, 0.0  # of all entries
        self._operations: list[Operation] = []  # that were read, of entries that are not whole
        self._first = 0

    def part(self, entry: LoggedEntry, start: int, stop: int) -> Entry:
        """Return operations of an entry, which are applied next."""
        part = entry.part(start, stop)
        self.items += items_of(part)
        self._operations += part.operations
        return part

    def learned(self, outcomes: Sequence[Outcome]) -> Iterator[Whole]:
        """Note the next outcomes; yield the entries that are whole now, but for the last of all."""
        self.outcomes += outcomes
        self.windows = 0
        while self._first < len(self.entries) - 1 and self._has_all:
            yield self._taken()

    def last(self) -> Whole | None:
        """Return the last entry, after all steps; None: it is not whole, since one failed."""
        is_last = self._first == len(self.entries) - 1
        return self._taken() if is_last and self._has_all else None

    @property
    def _has_all(self) -> bool:
        return len(self.outcomes) >= self.entries[self._first].size

    def _taken(self) -> Whole:
        entry = self.entries[self._first]
        operations, outcomes, size = self._operations, self.outcomes, entry.size
        self._first += 1
        self._operations, self.outcomes = operations[size:], outcomes[size:]
        return entry, operations[:size], outcomes[:size]
