"""The progress of the first start on a machine, which compiles the engine's kernels.

One index file in the kernel cache is one compiled kernel, and one `@njit` in the sources is one
kernel to compile. So the directory shows whether the cache is cold, and how far the compiler is.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from headwater_server.engine.settings import EngineSettings

COST = "40 to 50 seconds of CPU time, once for each machine and version"
COMPILING = "compiling kernels"
LOOK_S = 0.5
LOG_S = 10.0
WARM_SHARE = 0.9
Ready = Callable[[str, str], None]


class Watch:
    """Shows how many kernels are in the cache, until it is stopped; nothing if all are."""

    def __init__(self, cache: Path, kernels: int) -> None:
        self._cache, self._kernels = cache, kernels
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
        if is_warm(self._cache, self._kernels):
            return
        if sys.stderr.isatty():
            self._on_terminal()
        else:
            self._in_log()

    def _on_terminal(self) -> None:
        from headwater_server.cli.progress import Progress

        print(f"first start: {COMPILING}, {COST}", file=sys.stderr)
        with Progress(COMPILING, self._kernels) as progress:
            while not self._stopped.wait(LOOK_S):
                progress.at(min(compiled(self._cache), self._kernels))

    def _in_log(self) -> None:
        import structlog

        log, takes = structlog.get_logger(__name__), {"takes": COST}
        while True:
            log.info(COMPILING, compiled=compiled(self._cache), of=self._kernels, **takes)
            takes = {}
            if self._stopped.wait(LOG_S):
                return


@contextmanager
def compiling_shown() -> Iterator[Watch]:
    """Show the progress of compiling within the block, or until the watch is stopped."""
    watch = Watch(cache_dir(), kernels())
    try:
        yield watch
    finally:
        watch.stop()


def compile_if_cold(settings: EngineSettings) -> None:
    """Compile all kernels and show the progress, unless the cache has them."""
    from headwater_server.engine.warmup import warm_up

    if not is_warm(cache_dir(), kernels()):
        with compiling_shown():
            warm_up(settings)


def is_warm(cache: Path, kernels: int) -> bool:
    """Return whether a start finds its kernels compiled; a few need an unusual call."""
    return compiled(cache) >= WARM_SHARE * kernels


def kernels() -> int:
    """Return how many kernels the engine has, counted in its sources."""
    texts = (path.read_bytes() for path in _sources())
    return sum(len(re.findall(rb"^@njit\b", text, re.MULTILINE)) for text in texts)


def _sources() -> list[Path]:
    package = Path(__file__).parents[1]
    return [path for name in ("engine", "models") for path in (package / name).rglob("*.py")]


def compiled(cache: Path) -> int:
    """Return how many kernels of the engine are in the cache, each once for all checkouts.

    Those of the API, which are compiled at the first large message, do not count.
    """
    modules = {path.stem for path in _sources()}
    names = {path.name for path in cache.rglob("*.nbi")}
    return sum(name.partition(".")[0] in modules for name in names)


def cache_dir() -> Path:
    """Return the directory of the compiled kernels, which `headwater_server.models` chooses."""
    import numba

    import headwater_server.models  # noqa: F401 - it sets the directory

    return Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]  # set by name
