"""A record of the topic as an entry of the log.

An entry's offset is `n@time_ms`: its sequence number, which is one more than the record's number,
and the time of its append by the broker that led the topic.
"""

from __future__ import annotations

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import Position, offset_key
from headwater_server.storage.codecs.entry_codec import encode_operations
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.kafka.partition import Record

CATALOGUE, AFTER = "hw", "after"
NOTHING = encode_operations(())
"""What an entry contains that does not count, because another one came before it."""


def position_of(number: int, time_ms: int, previous: str = "") -> Position:
    """Return the position of a record.

    >>> position_of(0, 1_700_000_000_000)
    Position(offset='1@1700000000000', sequence=1)
    """
    return Position(f"{number + 1}@{time_ms}", number + 1, previous)


def next_number(offset: str) -> int:
    """Return the number of the record after the entry at an offset, 0 at the start.

    >>> next_number("0-0"), next_number("7@1700000000000")
    (0, 7)
    """
    return offset_key(offset)[0]


def headers_of(catalogue: str, after: Position | None) -> list[tuple[str, bytes]]:
    """Return the headers of an entry; with ``after`` it counts only directly after that."""
    named = [(CATALOGUE, catalogue.encode())]
    return named if after is None else [*named, (AFTER, b"%d" % after.sequence)]


def raw_of_record(record: Record, catalogue: str, previous: str) -> Raw:
    """Return the entry; `LogBroken` if no server of this catalogue wrote it."""
    headers = dict(record.headers)
    position = position_of(record.number, record.time_ms)
    owner = headers.get(CATALOGUE)
    if owner != catalogue.encode():
        whose = "that Headwater did not write" if owner is None else "of another catalogue"
        raise LogBroken(
            f"an entry of catalogue {catalogue}",
            f"a record {whose} at {position.offset}",
            "a topic belongs to one catalogue, and nothing else may write to it",
        )
    after = headers.get(AFTER)
    counts = after is None or int(after) == record.number
    return Raw(position, previous, record.value if counts else NOTHING)
