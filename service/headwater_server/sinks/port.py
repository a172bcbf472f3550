"""What a sink takes: records, and with them the mark up to which the log is in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import CommandFailed
from headwater_server.replica.ports.position import START, Position, offset_key

SLATES, OUTCOMES, QUARANTINE, ERASURES = "slates", "outcomes", "quarantine", "erasures"
STREAMS = (SLATES, OUTCOMES, QUARANTINE, ERASURES)
FORMAT = 1


class BadSink(CommandFailed):
    """The sink holds something else than this log, or lacks what the log has lost."""


class SinkReplaced(CommandFailed):
    """Another process writes to the same sink now."""


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object for one of `STREAMS`; records of one ``key`` keep their order."""

    stream: str
    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a catalogue is in a sink: the last entry, and the last rejected event.

    ``rewards`` is the table in force there, so that a run goes on without the entries before.
    """

    catalogue: str
    position: Position = START
    quarantine: str = ""
    rewards: Mapping[str, float] = field(default_factory=lambda: dict(EngineSettings().rewards))

    def encode(self) -> bytes:
        """Return the mark as the sink keeps it."""
        said = {
            "format": FORMAT,
            "catalogue": self.catalogue,
            "sequence": self.position.sequence,
            "offset": self.position.offset,
            "quarantine": self.quarantine,
            "rewards": dict(self.rewards),
        }
        return json.dumps(said, sort_keys=True).encode()


def read_mark(stored: bytes, catalogue: str) -> Mark:
    """Return the mark of a sink; `BadSink` if it is not one of this catalogue.

    >>> mark = Mark("shop", Position("7@1700000000000", 7))
    >>> read_mark(mark.encode(), "shop") == mark
    True
    >>> read_mark(mark.encode(), "books")
    Traceback (most recent call last):
    ...
    headwater_server.sinks.port.BadSink: the sink holds catalogue shop, and this is books: name \
another prefix
    """
    try:
        mark = _parsed(json.loads(stored))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadSink(
            "the sink's position cannot be read: another release or another program wrote it; "
            "name another prefix"
        ) from None
    if mark.catalogue != catalogue:
        raise BadSink(
            f"the sink holds catalogue {mark.catalogue}, and this is {catalogue}: name another "
            "prefix"
        )
    return mark


def _parsed(said: dict[str, Any]) -> Mark:
    if said["format"] != FORMAT:
        raise ValueError(said["format"])
    offset_key(said["offset"])
    return Mark(
        str(said["catalogue"]),
        Position(said["offset"], int(said["sequence"])),
        str(said["quarantine"]),
        {str(name): float(value) for name, value in said["rewards"].items()},
    )


class Target(Protocol):
    """A sink. All calls raise `StoreUnavailable` if it does not answer, `SinkReplaced` at the end.

    To enter it takes the sink over from any other process; what that had under way is undone or
    done before `mark` returns.
    """

    async def __aenter__(self) -> Self:
        """Connect, and take over."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Close all connections."""

    async def mark(self) -> bytes | None:
        """Return the newest mark, None if nothing was put so far."""

    async def put(self, records: Sequence[Record], mark: bytes) -> None:
        """Put all records and the mark, or nothing of it."""
