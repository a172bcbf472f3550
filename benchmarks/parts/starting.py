"""Starts: from a snapshot to ready, the first one on a machine, and the memory of a large shop."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.parts.disturbed import large_shop
from benchmarks.parts.part import Part, Settings
from benchmarks.serving import program
from benchmarks.serving.program import running
from benchmarks.serving.servers import SERVER_CORE
from benchmarks.shops.shop import Shop

STARTS = 3


def _restart(settings: Settings) -> dict[str, Any]:
    """Start the same data directory a few times; the kernels are compiled by then."""
    shop = large_shop(settings)
    directory = settings.shops.copy(shop, "restart")
    starts = []
    for _ in range(STARTS):
        with running("restart", *program.headwater(directory), core=SERVER_CORE) as server:
            starts.append((server.ready_s, server.cpu_s()))
    return {
        "ready_s": median(ready_s for ready_s, _ in starts),
        "cpu_s": median(cpu_s for _, cpu_s in starts),
        "items": shop.items,
        "visitors": shop.visitors,
        "failed": 0,
    }


def _first_start(settings: Settings) -> dict[str, Any]:
    """Start with an empty cache of kernels: as a wheel installs it, and from the sources alone.

    A wheel has compiled kernels. The third start is another one with the same cache.
    """
    found: dict[str, Any] = {"failed": 0}
    with tempfile.TemporaryDirectory(prefix="headwater-kernels-") as folder:
        kernels = Path(folder, "shipped")
        compiling = (sys.executable, "-m", "headwater_server", "compile", "--into", str(kernels))
        subprocess.run(compiling, check=True, stdout=subprocess.DEVNULL)
        for name, cache in (("shipped", "one"), ("from_sources", "two"), ("again", "two")):
            serve = program.headwater(settings.shops.empty(name))
            shipped = ("benchmarks.serving.shipped", str(kernels), *serve[1:])
            command = shipped if name == "shipped" else serve
            place = str(Path(folder, cache))
            environment = {"NUMBA_CACHE_DIR": place, "XDG_CACHE_HOME": place}
            with running(name, *command, core=SERVER_CORE, environment=environment) as server:
                found[name] = {"cpu_s": server.cpu_s(), "ready_s": server.ready_s}
    return found


def _million(settings: Settings) -> dict[str, Any]:
    """Serve a million items and visitors; the memory is the server's, without the store's."""
    count = settings.sized(1_000_000)
    shop = Shop(count, count, count, once=True)
    directory = settings.shops.copy(shop, "million")
    with running("million", *program.headwater(directory), core=SERVER_CORE) as server:
        store = server.store_process()
        return {
            "items": shop.items,
            "visitors": shop.visitors,
            "rss_bytes": int(server.process.memory_info().rss),
            "store_rss_bytes": int(store.memory_info().rss) if store else 0,
            "ready_s": server.ready_s,
            "cpu_s": server.cpu_s(),
            "failed": 0,
        }


RESTART = Part("restart", "a restart with 100,000 items and visitors, to ready", _restart)
FIRST_START = Part("first-start", "the first start, which compiles the kernels", _first_start)
MILLION = Part("million", "memory and start of a million items and visitors", _million)
