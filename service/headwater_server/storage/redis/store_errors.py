"""Translates errors of Redis to errors of the domain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis.exceptions

from headwater_server.storage.redis.reasons import full, is_ours, reason_of, unknown


@contextmanager
def store_errors() -> Iterator[None]:
    """Translate errors of a store to `StoreUnavailable` or `Overloaded`.

    What our own scripts answer (HW…), and that a server does not have a script, passes through.
    """
    try:
        yield
    except (redis.exceptions.RedisError, TimeoutError, OSError) as error:
        if overloaded := full(error):
            raise overloaded from error
        if is_ours(error):
            raise
        reason = reason_of(error)
        raise (reason.error() if reason else unknown(error)) from error


def good(answer: Any) -> Any:
    """Return one answer of several; raise it if it is an error."""
    if isinstance(answer, Exception):
        with store_errors():
            raise answer
    return answer
