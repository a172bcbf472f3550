"""What a replica takes from its process without being told: time, the log, the versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from importlib.metadata import version
from logging import CRITICAL
from unittest.mock import patch

import structlog

from headwater_server.replica import looking, replica, shell
from headwater_server.replica.pace import Pace

VERSION = cache(version)  # to look it up takes a millisecond


@contextmanager
def surrounded(clock: Callable[[], float]) -> Iterator[None]:
    """Let slices be as long as ``clock`` says, and say nothing of what is broken on purpose."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(CRITICAL))
    try:
        with ExitStack() as patches:
            for module in (shell, looking, replica):
                patches.enter_context(patch.object(module, "version", VERSION))
            patches.enter_context(patch.object(shell, "Pace", partial(Pace, clock=clock)))
            yield
    finally:
        structlog.configure(**before)
