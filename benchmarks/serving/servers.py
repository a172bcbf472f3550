"""What has to stand before the first round: a shop that was learned, servers, the generator."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import program
from benchmarks.serving.load import Load
from benchmarks.serving.program import Program, running
from benchmarks.serving.rounds import Rounds
from benchmarks.shops.make import made_in_child
from benchmarks.shops.shop import Shop
from headwater_server.cli.progress import Progress

ECHO_AIO, ECHO_THREADS, HEADWATER = "echo asyncio", "echo threads", "headwater"
GATEWAY = "through the gateway"
ECHOES = (ECHO_AIO, ECHO_THREADS)
SERVER_CORE = 0


@dataclass(frozen=True)
class Server:
    """A real server: what it has learned, its flags, and whether it stays on one core."""

    shop: Shop
    flags: tuple[str, ...] = ()
    pinned: bool = True


class Shops:
    """Learned shops as data directories, each made once; all are removed in the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[Shop, Path] = {}

    def copy(self, shop: Shop, name: str) -> Path:
        """Return a data directory that only this server uses."""
        target = self._folder / name.replace(" ", "-")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.of(shop), target)
        return target

    def empty(self, name: str) -> Path:
        """Return a data directory with nothing in it."""
        target = self._folder / name
        target.mkdir()
        return target

    def of(self, shop: Shop) -> Path:
        """Return the data directory of a shop, which nobody may change."""
        if shop not in self._made:
            path = self._folder / f"shop-{len(self._made)}"
            made_in_child(shop, path)
            self._made[shop] = path
        return self._made[shop]


@contextmanager
def shops() -> Iterator[Shops]:
    """Yield a folder of shops, and remove it."""
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        yield Shops(Path(folder))


@contextmanager
def served(
    made: Shops,
    servers: Mapping[str, Server],
    *,
    echoes: Sequence[str] = ECHOES,
    gateway: bool = False,
    steps: int = 0,
) -> Iterator[Rounds]:
    """Yield the generator with echoes and servers; stop them after. ``steps``: of the progress.

    With ``gateway``, the last server is also reached through an Envoy before it. Servers are on
    one core and the load on another, if the machine has two.
    """
    some = next(iter(servers.values())).shop
    with ExitStack() as stack:
        running_now: list[Program] = []
        known = {name: one.shop for name, one in servers.items()}
        for name in echoes:
            style = "aio" if name == ECHO_AIO else "threads"
            echo = running(name, *program.echo(style), core=SERVER_CORE)
            running_now.append(stack.enter_context(echo))
        for name, one in servers.items():
            command = program.headwater(made.copy(one.shop, name), *one.flags)
            core = SERVER_CORE if one.pinned else None
            running_now.append(stack.enter_context(running(name, *command, core=core)))
        if gateway:
            before = program.gateway(running_now[-1].address)
            envoy = stack.enter_context(running(GATEWAY, *before, core=SERVER_CORE))
            envoy.behind = running_now[-1]
            running_now.append(envoy)
        load = stack.enter_context(Load())
        progress = stack.enter_context(Progress("bench", max(1, steps)))
        done = iter(range(steps + 1_000))
        shops_of = {one.name: known.get(one.name, some) for one in running_now}
        yield Rounds(load, running_now, shops_of, lambda text: progress.at(next(done), text))
