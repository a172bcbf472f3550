"""The progress of the first start on a machine, which compiles the engine's kernels.

A kernel is compiled when its file is in the cache. Which files those are is known when the modules
that define the kernels are imported, so the watch waits for that: it imports nothing itself.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from headwater_server.engine.settings import EngineSettings

if TYPE_CHECKING:
    from headwater_server.models.kernel_cache import Progress

COST = "about a minute of CPU time, once for each machine and version"
COMPILING = "compiling kernels"
LOOK_S = 0.5
LOG_S = 10.0
MOST = 0.9
Ready = Callable[[str, str], None]


class Watch:
    """Shows how many of all ``kernels`` are compiled, until it is stopped; nothing if all are."""

    def __init__(self, look: Callable[[], Progress], kernels: int) -> None:
        self._look, self._kernels = look, kernels
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="compiling", daemon=True)
        self._thread.start()

    def until(self, on_ready: Ready) -> Ready:
        """Return ``on_ready`` in a form that stops the watch first."""

        def ready(address: str, offset: str) -> None:
            self.stop()
            on_ready(address, offset)

        return ready

    def stop(self) -> None:
        """Stop; return when the last line is written."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while self._look().defined < MOST * self._kernels:
            if self._stopped.wait(LOOK_S):
                return
        if is_warm(self._look()):
            return
        if sys.stderr.isatty():
            self._on_terminal()
        else:
            self._in_log()

    def _on_terminal(self) -> None:
        from headwater_server.cli.progress import Progress as Bar

        print(f"first start: {COMPILING}, {COST}", file=sys.stderr)
        with Bar(COMPILING, self._look().defined) as bar:
            while not self._stopped.wait(LOOK_S):
                bar.at(self._look().compiled)

    def _in_log(self) -> None:
        import structlog

        log, takes = structlog.get_logger(__name__), {"takes": COST}
        while True:
            now = self._look()
            log.info(COMPILING, compiled=now.compiled, of=now.defined, **takes)
            takes = {}
            if self._stopped.wait(LOG_S):
                return


@contextmanager
def compiling_shown() -> Iterator[Watch]:
    """Show the progress of compiling within the block, or until the watch is stopped."""
    from headwater_server.models import kernel_cache

    watch = Watch(kernel_cache.progress, kernels())
    try:
        yield watch
    finally:
        watch.stop()


def compile_if_cold(settings: EngineSettings) -> None:
    """Compile all kernels and show the progress, unless the cache has them."""
    from headwater_server.engine.warmup import warm_up
    from headwater_server.models import kernel_cache

    if not is_warm(kernel_cache.progress()):
        with compiling_shown():
            warm_up(settings)


def is_warm(progress: Progress) -> bool:
    """Return whether a start finds its kernels compiled; a few need an unusual call."""
    return progress.compiled >= MOST * progress.defined


def kernels() -> int:
    """Return how many kernels the engine has, counted in its sources."""
    package = Path(__file__).parents[1]
    sources = [path for name in ("engine", "models") for path in (package / name).rglob("*.py")]
    return sum(len(re.findall(rb"^@njit\b", path.read_bytes(), re.MULTILINE)) for path in sources)
