"""Keeps the passes of Python's garbage collector short, during which nobody is answered.

A full pass looks at every object that is not frozen, so it takes the longer the more the state
has grown since the start. After a pass that was long, what is left is frozen: it is state, and is
freed as before when nothing refers to it. Only cycles that were in use at that moment stay for
good, and so they are few: the state grows by tens of megabytes between two such moments.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

LONG_S = 0.005
FULL = 2  # the oldest generation
YOUNG_MAX = 10_000
"""New objects before a pass over them; Python's own number is 700.

A call has some 50 objects while it is under way, and 64 calls more than 700. So a pass would find
nearly all of them in use, again and again: 3 % of the processor. A pass over 10,000 takes 1 ms.
"""


class ShortPasses:
    """Freezes what a long full pass leaves: a callback of `gc`."""

    def __init__(self, long_s: float = LONG_S) -> None:
        self._long_s = long_s
        self._start_s = 0.0

    def __call__(self, phase: str, info: Mapping[str, int]) -> None:
        """Measure a full pass, in time of the processor."""
        if info["generation"] != FULL:
            return
        if phase == "start":
            self._start_s = time.thread_time()
        elif time.thread_time() - self._start_s > self._long_s:
            gc.freeze()


@contextmanager
def no_passes() -> Iterator[None]:
    """Let the collector rest within the block, and freeze what the block created.

    For a block that creates many objects to keep, such as a restored state: each pass would look
    at all of them, and find nothing to free.
    """
    rested = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if not rested:
            gc.enable()


def keep_passes_short() -> None:
    """Freeze the restored state, and what is added to it later."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, *gc.get_threshold()[1:])
    gc.callbacks.append(ShortPasses())


@contextmanager
def short_passes() -> Iterator[None]:
    """Do what `keep_passes_short` does within the block: for a command that learns many events."""
    before, callbacks = gc.get_threshold(), list(gc.callbacks)
    keep_passes_short()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.callbacks[:] = callbacks
