"""Translates errors of Kafka to errors of the domain; no text contains an address or a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka import errors

from headwater_server.errors import NotPermitted, StoreRefused, StoreUnavailable

AWAY = (
    "the broker that leads the log does not answer; nothing is acknowledged. Another one takes "
    "over by itself, if there is one"
)
LATE = "the brokers did not confirm in time; nothing is acknowledged, and it may still be learned"
RIGHTS = (
    "the user of log may not do this on its topic: give it the operations Read, Write, Describe, "
    "DescribeConfigs and Delete (`kafka-acls --add --allow-principal User:NAME --topic TOPIC`), "
    "or create the topic for it"
)
# which of Kafka's errors mean the same; log, sinks and sources say it in words of their own
RIGHTS_ERRORS = (errors.TopicAuthorizationFailedError, errors.ClusterAuthorizationFailedError)
LOGIN_ERRORS = (errors.SaslAuthenticationFailed, errors.AuthenticationFailedError)
SASL_ERRORS = (
    errors.UnsupportedSaslMechanismError, errors.AuthenticationMethodNotSupported,
    errors.IllegalSaslStateError,
)  # fmt: skip
SIZE_ERRORS = (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError)
FEW_ERRORS = (errors.NotEnoughReplicasError, errors.NotEnoughReplicasAfterAppendError)
FENCED = (
    errors.ProducerFenced, errors.InvalidProducerEpoch, errors.OutOfOrderSequenceNumber,
    errors.UnknownProducerId, errors.InvalidProducerIdMapping, errors.DuplicateSequenceNumber,
)  # fmt: skip

TOO_LARGE = (
    "the entry is larger than max.message.bytes of the log's topic: raise that, or send fewer "
    "events in a call"
)
REPLACED = (
    "the broker refuses this producer, since another one took its id or place (fenced); nothing "
    "of this call is acknowledged, and a new producer takes over"
)
DISK = "a broker of the log cannot write to its disk; nothing is acknowledged. Free space on it"
FEW = (
    "fewer brokers have the log than its min.insync.replicas asks for; nothing is acknowledged, "
    "and it may still be learned. It goes on when they are back"
)
GONE = "the log's topic is not there: it was deleted, or its brokers are starting"
_REASONS: tuple[tuple[tuple[type[Exception], ...], type[StoreUnavailable], str], ...] = (
    (
        RIGHTS_ERRORS,
        NotPermitted,
        RIGHTS,
    ),
    (
        LOGIN_ERRORS,
        StoreRefused,
        "the brokers refuse the user or the password of log: correct them",
    ),
    (
        SASL_ERRORS,
        StoreRefused,
        "the brokers offer another SASL mechanism: set sasl= in log",
    ),
    (SIZE_ERRORS, StoreRefused, TOO_LARGE),
    (FENCED, StoreUnavailable, REPLACED),
    ((errors.KafkaStorageError,), StoreUnavailable, DISK),
    (
        FEW_ERRORS,
        StoreUnavailable,
        FEW,
    ),
    ((errors.UnknownTopicOrPartitionError,), StoreUnavailable, GONE),
)
_LATE = (TimeoutError, errors.RequestTimedOutError, errors.KafkaTimeoutError)


def reason_of(error: BaseException | None, *, sent: bool = False) -> StoreUnavailable:
    """Return the error to raise instead of one of Kafka's; ``sent``: of an append.

    >>> str(reason_of(errors.KafkaStorageError()))[:44]
    'a broker of the log cannot write to its disk'
    """
    for kinds, kind, text in _REASONS:
        if isinstance(error, kinds):
            return kind(text)
    return StoreUnavailable(LATE if sent and isinstance(error, _LATE) else AWAY)


@contextmanager
def kafka_errors() -> Iterator[None]:
    """Translate errors of Kafka and of connections; pass others through."""
    try:
        yield
    except (errors.KafkaError, TimeoutError, OSError) as error:
        raise reason_of(error) from error
