"""Errors of the Redis of a sink, in words; no text contains an address or a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import ResponseError

from headwater_server.errors import (
    HeadwaterError,
    NotPermitted,
    Overloaded,
    StoreAnswered,
    StoreRefused,
    StoreUnavailable,
)
from headwater_server.sinks.port import BadSink, SinkReplaced

REPLACED = (
    "another `headwater sink` writes to this prefix now; it ends, and nothing is lost or doubled. "
    "Run one for each prefix"
)
LOST = (
    "the sink's store lost its last writes, in a failover or a restart: the sink goes on from the "
    "position that it has"
)
FULL = (
    "the sink's store is full (OOM: it has used its maxmemory): raise it, or write maxlen= behind "
    "the ? of the URL for the next start; what is in the streams stays until then"
)
COMMANDS = "+eval +evalsha +hmget +hget +hset +exists +xlen +xadd"


@contextmanager
def sink_errors(prefix: str) -> Iterator[None]:
    """Say of errors of a store that it is that of the sink; pass others through."""
    try:
        yield
    except ResponseError as error:
        raise _ours(str(error)) from error
    except (StoreUnavailable, Overloaded) as error:
        raise _of_store(error, prefix) from error


def _ours(text: str) -> HeadwaterError:
    """Return the error for an answer of our own scripts."""
    if text.startswith("HWREPLACED"):
        return SinkReplaced(REPLACED)
    if text.startswith("HWFOREIGN"):
        return BadSink(
            f"the key {text.partition(' ')[2]} holds something, and there is no position of a sink "
            "beside it: name another prefix; or delete the keys with this prefix to begin again"
        )
    return StoreUnavailable(LOST)


def _of_store(error: HeadwaterError, prefix: str) -> StoreUnavailable:
    if isinstance(error, Overloaded):
        return StoreUnavailable(FULL)
    if isinstance(error, NotPermitted):
        return NotPermitted(
            "the user of the sink may not do this (NOPERM): run `ACL SETUSER NAME "
            f"~{prefix}.* ~{{{prefix}}}.* {COMMANDS}` on the sink's store"
        )
    if isinstance(error, StoreAnswered) and "wrong kind" in str(error.__cause__):
        return StoreRefused(
            f"a key with the prefix {prefix} holds something else than a sink's stream "
            "(WRONGTYPE): name another prefix"
        )
    text = str(error)
    for theirs, ours in _WORDS:
        text = text.replace(theirs, ours, 1)
    return type(error)(text) if isinstance(error, StoreUnavailable) else StoreUnavailable(text)


_WORDS = (
    ("; nothing is acknowledged", ""),
    ("the store", "the sink's store"),
    ("redis_url", "the URL of the sink"),
    ("redis_url", "that URL"),
    ("the keys of this catalogue", "the keys of the sink"),
    ("the slot of this catalogue", "the slot of the sink"),
)
