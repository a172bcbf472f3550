"""What a reading found, in words: the same before an import and after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from headwater_server.engine.intake.limits import ITEMS_MAX
from headwater_server.reading.events.part import LOSS


@dataclass(frozen=True)
class FileReport:
    """One file: how it was read, and what of it."""

    name: str
    role: str
    preset: str
    why: str
    how: str
    rows: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All files of a reading. ``items_known``: of the events' items, in the item files; or None.

    ``repeated`` events of the files count once, and are not in ``events``; ``equal`` ones are there
    twice in one file and count; ``full`` have as many items as one event may have.
    """

    files: tuple[FileReport, ...]
    events: int = 0
    types: Mapping[str, int] = field(default_factory=dict)
    first_ms: int = 0
    last_ms: int = 0
    visitors: int = 0
    items: int = 0
    items_described: int = 0
    items_known: int | None = None
    unused: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    repeated: int = 0
    equal: int = 0
    full: int = 0

    @property
    def lost(self) -> int:
        """Rows that should have been events or items and are not."""
        return sum(
            rows
            for one in self.files
            for reason, rows in one.left_out.items()
            if reason.startswith(LOSS)
        )

    def lines(self) -> Iterator[str]:
        """Yield the report line by line."""
        for one in self.files:
            yield from _of_file(one)
        for name in self.unused:
            yield f"{name}: not used, it has no events or items that a preset knows"
        for name, why in self.unread.items():
            yield f"{name}: not read, {why}"
        if self.events:
            yield from self._of_events()
        if self.items_described:
            yield f"{self.items_described:,} items described"
        if self.items_known is not None and self.items_described:
            yield _share(self.items_known, self.items)

    def _of_events(self) -> Iterator[str]:
        yield f"{self.events:,} events from {_day(self.first_ms)} to {_day(self.last_ms)}"
        counted = sorted(self.types.items(), key=lambda pair: (-pair[1], pair[0]))
        yield "  " + ", ".join(f"{name} {count:,}" for name, count in counted)
        yield f"{self.visitors:,} visitors, {self.items:,} items"
        if self.repeated:
            what = "repeat one of another file or an ID, and count once"
            yield f"note: {self.repeated:,} events {what}"
        if self.equal:
            yield f"note: {self.equal:,} events equal another one of their file; each counts"
        if self.full:
            yield (
                f"note: {self.full:,} events have {ITEMS_MAX:,} items, the most of one: an order "
                "with more is several events, and counts several times"
            )


def _of_file(one: FileReport) -> Iterator[str]:
    yield f"{one.name}: {one.role}, {one.why or one.preset}"
    yield f"  {one.how}; {one.rows:,} rows"
    for reason, rows in sorted(one.left_out.items(), key=lambda pair: -pair[1]):
        lost = reason.startswith(LOSS)
        yield f"  {rows:,} rows {'dropped' if lost else 'left out'}: {reason.removeprefix(LOSS)}"
    for note in one.notes:
        yield f"  note: {note}"


def _share(known: int, items: int) -> str:
    text = f"{known:,} of {items:,} items of the events are in the item file"
    if items and known * 2 < items:
        text += "; do both name them alike (leading zeros, variants, other shops)?"
    return text


def _day(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
