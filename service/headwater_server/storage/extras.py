"""Says which extra of the package is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headwater_server.errors import StoreRefused


@contextmanager
def extra(setting: str, name: str) -> Iterator[None]:
    """Turn a failed import into a `StoreRefused` that names the extra.

    >>> with extra("log", "kafka"):
    ...     import no_such_package
    Traceback (most recent call last):
    ...
    headwater_server.errors.StoreRefused: log is set: pip install '.[kafka]' in a checkout, or \
'FILE.whl[kafka]' of a wheel
    """
    try:
        yield
    except ImportError:
        fix = f"pip install '.[{name}]' in a checkout, or 'FILE.whl[{name}]' of a wheel"
        raise StoreRefused(f"{setting} is set: {fix}") from None
