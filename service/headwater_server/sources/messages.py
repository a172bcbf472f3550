"""What a source gives: messages between two positions of one partition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from headwater_server.errors import StoreUnavailable

MESSAGES_MAX = 500  # of one batch
BYTES_MAX = 256 * 1024  # of one batch: an entry of the log must fit into a record of Kafka
MESSAGE_BYTES_MAX = 256 * 1024  # of one message; a longer one is refused


class SourceProblem(StoreUnavailable):
    """A source cannot be read now; the text says why, without an address or a password."""


@dataclass(frozen=True, slots=True)
class Message:
    """``position`` names it within its partition; ``time_ms`` is when the source got it.

    ``value`` None is a tombstone: what ``key`` names is deleted.
    """

    position: str
    time_ms: int
    value: bytes | None
    key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """The messages between the positions ``before`` and ``after`` of a partition.

    ``missed`` messages in between were deleted at the source before they were read.
    """

    partition: str
    before: str
    after: str
    messages: Sequence[Message] = ()
    missed: int = 0


class Reader(Protocol):
    """Reads one source. Every call may raise `SourceProblem`; then it is opened again."""

    async def open(self) -> None:
        """Connect. What failed to open needs no `close`."""

    async def read(self, positions: Mapping[str, str]) -> Sequence[Batch]:
        """Return what follows the positions, by partition; a partition without one begins.

        It waits for some time if there is nothing, and then returns nothing.
        """

    async def lags(self, positions: Mapping[str, str]) -> Mapping[str, int]:
        """Return how many messages are not read yet, by partition."""

    async def close(self) -> None:
        """Disconnect."""
