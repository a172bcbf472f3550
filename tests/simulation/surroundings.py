"""What a replica takes from its process without an argument: time, and the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from logging import CRITICAL
from unittest.mock import patch

import structlog

from headwater_server.replica import shell
from headwater_server.replica.tail.slice_budget import SliceBudget


@contextmanager
def surrounded(clock: Callable[[], float]) -> Iterator[None]:
    """Let slices be as long as ``clock`` says, and say nothing of what is broken on purpose."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(CRITICAL))
    try:
        with patch.object(shell, "SliceBudget", partial(SliceBudget, clock=clock, cpu_clock=clock)):
            yield
    finally:
        structlog.configure(**before)
