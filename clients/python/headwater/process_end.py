"""The end of a process, also of a child of multiprocessing, where atexit does not run."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from typing import Any


class ProcessEnd:
    """Calls ``last`` when the interpreter ends normally: end of main, an exception, sys.exit.

    It is not called after a signal without a handler, os._exit or a crash.
    """

    def __init__(self, last: Callable[[], object]) -> None:
        """Keep the function; nothing is registered yet."""
        self._last = last
        self._finalizer: Any = None

    def ask(self) -> None:
        """Register the function."""
        atexit.register(self._last)
        processes = sys.modules.get("multiprocessing.process")
        if processes is not None and processes.parent_process() is not None:
            # such a child ends with os._exit, after its own finalizers
            from multiprocessing.util import Finalize  # noqa: PLC0415 - only children pay for it

            self._finalizer = Finalize(None, self._last, exitpriority=100)

    def forget(self) -> None:
        """Cancel the registration."""
        atexit.unregister(self._last)
        if self._finalizer is not None:
            self._finalizer.cancel()
