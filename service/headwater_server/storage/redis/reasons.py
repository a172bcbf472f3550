"""The reason behind an error of redis-py or of a connection, for people and for callers."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable, Iterator

from redis import exceptions

from headwater_server.errors import (
    NotPermitted,
    Overloaded,
    StoreAnswered,
    StoreRefused,
    StoreUnavailable,
)
from headwater_server.storage.redis.answers import Reason, answered, rights

FULL_RETRY_AFTER_MS = 1_000

_TLS = (
    (
        r"[Hh]ostname mismatch|IP address mismatch|doesn't match",
        (
            "the certificate of the store is for another name than the host of redis_url: write a "
            "host that the certificate names"
        ),
    ),
    (r"has expired", "the certificate of the store has expired: renew it"),
    (r"not yet valid", "the certificate of the store is not valid yet: check both clocks"),
    (
        r"self-signed|self signed|unable to get (local )?issuer",
        (
            "no known authority signed the certificate of the store: name its CA file in redis_url "
            "(?ssl_ca_certs=/path/ca.pem)"
        ),
    ),
    (
        r"certificate.required|CERTIFICATE_REQUIRED|handshake failure",
        (
            "the store requires a certificate of its clients: add ?ssl_certfile=/path/cert.pem&"
            "ssl_keyfile=/path/key.pem to redis_url"
        ),
    ),
    (
        r"WRONG_VERSION_NUMBER|RECORD_LAYER|UNKNOWN_PROTOCOL",
        "the store speaks no TLS on this port: write redis:// instead of rediss://",
    ),
)
NOT_REDIS = Reason(
    "what answers at redis_url is not a Redis or Valkey server: check host and port", StoreRefused
)
NEEDS_TLS = Reason(
    "the store expects TLS on this port: write rediss:// instead of redis://", StoreRefused
)
CHANGING = Reason(
    "the store is a replica now (READONLY): a failover is under way, and the sentinels or the "
    "cluster name the new primary"
)
NO_TLS = Reason(_TLS[-1][1], StoreRefused)


def reason_of(error: BaseException) -> Reason | None:
    """Return the reason behind an error of redis-py or of a connection; None for other errors.

    >>> reason_of(exceptions.AuthenticationError("Authentication required.")).kind.__name__
    'StoreRefused'
    >>> reason_of(KeyError("x")) is None
    True
    """
    if isinstance(error, exceptions.NoPermissionError):
        return Reason(rights(str(error)), NotPermitted)
    if isinstance(error, exceptions.InvalidResponse):
        return NOT_REDIS
    if isinstance(error, exceptions.RedisError) and (reason := answered(said(error))):
        return reason
    return _connection(error)


def strongest(errors: Iterable[object]) -> Reason | None:
    """Return the reason of several errors that says most: a refusal before a silence."""
    reasons = [
        reason for one in errors if isinstance(one, BaseException) and (reason := reason_of(one))
    ]
    return min(reasons, key=lambda one: not issubclass(one.kind, StoreRefused), default=None)


def said(error: exceptions.RedisError) -> str:
    """Return what the store said, with the code that redis-py takes off some answers.

    >>> said(exceptions.TryAgainError("Multiple keys request", status_code="TRYAGAIN"))
    'TRYAGAIN Multiple keys request'
    """
    code = getattr(error, "status_code", None)
    return f"{code} {error}" if code else str(error)


def is_ours(error: BaseException) -> bool:
    """Whether the answer is one that the caller of a script handles."""
    return isinstance(error, exceptions.NoScriptError) or str(error).startswith("HW")


def unknown(error: BaseException) -> StoreAnswered:
    """Return the error for an answer that no rule knows: its code, and no argument of a command.

    >>> str(unknown(exceptions.ResponseError("ERR unknown command 'XADD', with args: 's3cret'")))
    'the store refuses a command (ERR unknown command); nothing is acknowledged'
    """
    text = said(error) if isinstance(error, exceptions.RedisError) else ""
    what = re.split(r"['`\"(,:]", text)[0].strip()[:80]
    return StoreAnswered(
        f"the store refuses a command ({what or type(error).__name__}); nothing is acknowledged"
    )


def full(error: BaseException) -> Overloaded | None:
    """Return the error for a store that is out of memory, None for other errors."""
    if isinstance(error, exceptions.OutOfMemoryError) or str(error).startswith("OOM "):
        return Overloaded(
            FULL_RETRY_AFTER_MS, "the store is full (OOM: it has used its maxmemory; raise it)"
        )
    return None


def _connection(error: BaseException) -> Reason | None:
    if not isinstance(error, _CONNECTION):
        return None
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return Reason(_tls(str(cause)), StoreRefused)
    for kind, text in _SYSTEM:
        if any(isinstance(cause, kind) for cause in causes):
            return Reason(f"the store does not answer: {text}; nothing is acknowledged")
    return Reason(str(StoreUnavailable()))


_CONNECTION = (exceptions.ConnectionError, exceptions.TimeoutError, TimeoutError, OSError)
_SYSTEM: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "the name of its host is not known (DNS)"),
    (ConnectionRefusedError, "the connection is refused"),
    (FileNotFoundError, "its socket does not exist"),
    (PermissionError, "this user may not open its socket"),
)


def _tls(text: str) -> str:
    for pattern, said in _TLS:
        if re.search(pattern, text):
            return said
    return "the TLS handshake with the store fails: check its certificate and the TLS options"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
