"""Translates errors of Redis to errors of the domain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis.exceptions

from headwater_server.errors import Overloaded, StoreUnavailable

FULL_RETRY_AFTER_MS = 1_000

# error replies of a server that answers but cannot accept writes now
_NOT_NOW = ("MISCONF", "LOADING", "READONLY", "MASTERDOWN", "NOREPLICAS", "TRYAGAIN", "CLUSTERDOWN")


@contextmanager
def store_errors() -> Iterator[None]:
    """Translate errors of redis-py to `StoreUnavailable` or `Overloaded`; pass others through."""
    try:
        yield
    except redis.exceptions.OutOfMemoryError as error:
        raise Overloaded(FULL_RETRY_AFTER_MS, "the store is full") from error
    except (
        redis.exceptions.ConnectionError,
        redis.exceptions.TimeoutError,
        redis.exceptions.ReadOnlyError,
        TimeoutError,
        OSError,
    ) as error:
        raise StoreUnavailable from error
    except redis.exceptions.ResponseError as error:
        if str(error).startswith("OOM "):
            raise Overloaded(FULL_RETRY_AFTER_MS, "the store is full") from error
        if str(error).startswith(_NOT_NOW):
            raise StoreUnavailable from error
        raise


def good(answer: Any) -> Any:
    """Return one answer of several; raise it if it is an error."""
    if isinstance(answer, Exception):
        with store_errors():
            raise answer
    return answer
