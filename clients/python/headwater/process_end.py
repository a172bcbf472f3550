"""The last moment of a process, also of one that multiprocessing started: there atexit is mute."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from typing import Any


class ProcessEnd:
    """Calls ``last`` when the interpreter ends in order: an end of main, an exception, sys.exit.

    A signal that nobody handles, os._exit and a crash end a process without it.
    """

    def __init__(self, last: Callable[[], object]) -> None:
        """Nothing is asked for yet."""
        self._last = last
        self._finalizer: Any = None

    def ask(self) -> None:
        """Ask to be called."""
        atexit.register(self._last)
        processes = sys.modules.get("multiprocessing.process")
        if processes is not None and processes.parent_process() is not None:
            # such a child leaves by os._exit, after its own finalizers
            from multiprocessing.util import Finalize  # noqa: PLC0415 - only children pay for it

            self._finalizer = Finalize(None, self._last, exitpriority=100)

    def forget(self) -> None:
        """Ask no more: it is done."""
        atexit.unregister(self._last)
        if self._finalizer is not None:
            self._finalizer.cancel()
