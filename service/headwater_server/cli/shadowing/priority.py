"""How much a process of the background gives way to the servers on its machine."""

from __future__ import annotations

import os
from contextlib import suppress
from enum import StrEnum


class Priority(StrEnum):
    """See the help of ``--priority``."""

    IDLE = "idle"
    LOW = "low"
    NORMAL = "normal"

    def take(self) -> None:
        """Give this process the priority, for good.

        A process of low priority that runs delays one that wakes up by its time slice, some
        milliseconds; one of `IDLE` is interrupted at once, where the system knows that.
        """
        if self is Priority.NORMAL:
            return
        os.nice(19)
        if self is Priority.IDLE and hasattr(os, "SCHED_IDLE"):
            with suppress(OSError):  # a container may forbid it: it is nice at least
                os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
