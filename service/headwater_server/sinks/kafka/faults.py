"""Errors of the brokers of a sink, in words; no text contains an address or a password."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiokafka import errors

from headwater_server.errors import NotPermitted, StoreRefused, StoreUnavailable
from headwater_server.sinks.port import SinkReplaced
from headwater_server.storage.kafka.faults import (
    FEW_ERRORS,
    LOGIN_ERRORS,
    RIGHTS_ERRORS,
    SASL_ERRORS,
    SIZE_ERRORS,
)

AWAY = "the brokers of the sink do not answer"
REPLACED = (
    "another `headwater sink` writes to this prefix now, or this one hung for longer than its "
    "transaction may take; it ends, and nothing is lost or doubled. Run one for each prefix"
)
RIGHTS = (
    "the user of the sink may not do this: give it Write, Read and Describe on the topics with its "
    "prefix (`kafka-acls --add --allow-principal User:NAME --topic PREFIX. "
    "--resource-pattern-type prefixed`), Create to make them, and Write and Describe on the "
    "transactional id headwater-sink-PREFIX"
)
FEW = (
    "fewer brokers have a topic of the sink than its min.insync.replicas asks for: it goes on when "
    "they are back"
)
_FENCED = (errors.ProducerFenced, errors.InvalidProducerEpoch)
_REASONS: tuple[tuple[tuple[type[Exception], ...], type[StoreUnavailable], str], ...] = (
    (
        (
            *RIGHTS_ERRORS,
            errors.TransactionalIdAuthorizationFailed,
            errors.GroupAuthorizationFailedError,
        ),
        NotPermitted,
        RIGHTS,
    ),
    (
        LOGIN_ERRORS,
        StoreRefused,
        "the brokers of the sink refuse the user or the password: correct them",
    ),
    (
        SASL_ERRORS,
        StoreRefused,
        "the brokers of the sink offer another SASL mechanism: set sasl= in its URL",
    ),
    (
        SIZE_ERRORS,
        StoreRefused,
        "an object is larger than max.message.bytes of its topic: raise that to 16777216",
    ),
    (
        (errors.KafkaStorageError,),
        StoreUnavailable,
        "a broker of the sink cannot write to its disk: free space on it",
    ),
    (
        FEW_ERRORS,
        StoreUnavailable,
        FEW,
    ),
    (
        (errors.UnknownTopicOrPartitionError,),
        StoreUnavailable,
        "a topic of the sink is not there: it was deleted, or its brokers are starting",
    ),
)


def reason_of(error: BaseException) -> StoreUnavailable | SinkReplaced:
    """Return the error to raise instead of one of Kafka's.

    >>> str(reason_of(errors.KafkaStorageError()))
    'a broker of the sink cannot write to its disk: free space on it'
    """
    for found in _causes(error):
        if isinstance(found, _FENCED):
            return SinkReplaced(REPLACED)
        for kinds, kind, text in _REASONS:
            if isinstance(found, kinds):
                return kind(text)
    return StoreUnavailable(AWAY)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def said_once(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Handle exceptions of a loop: an error of the client is raised once, not by all its parts."""
    if not isinstance(context.get("exception"), errors.KafkaError):
        loop.default_exception_handler(context)


@contextmanager
def sink_errors() -> Iterator[None]:
    """Translate errors of Kafka and of connections; pass others through."""
    try:
        yield
    except (errors.KafkaError, TimeoutError, OSError) as error:
        raise reason_of(error) from error
