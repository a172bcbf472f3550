"""Opens the log and the shadow's state, and runs it."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater_server.cli.evaluating.of_log import open_source, progress_bar
from headwater_server.cli.shadowing.priority import Priority
from headwater_server.cli.shadowing.wanted import REPORT, shadowed
from headwater_server.errors import CommandFailed
from headwater_server.settings import Settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.evaluation.asking.source import Source
    from headwater_server.evaluation.shadow.running import Running
    from headwater_server.evaluation.shadow.shadow import Shadow
    from headwater_server.evaluation.shadow.stored import StoredShadow
    from headwater_server.replica.ports.evaluations import Evaluations


@dataclass(frozen=True)
class Flags:
    """The flags of the command, checked; ``span``, ``level``, ...: see `ShadowAsked`."""

    policy: str | None
    values: tuple[str, ...]
    name: str | None
    asked: Mapping[str, Any]
    state: str | None
    once: bool
    priority: Priority
    metrics_listen: str | None
    save_s: float


def run(settings: Settings, flags: Flags) -> dict[str, Any] | None:
    """Run until stopped: return None; with ``once`` to the log's end: return the report."""
    flags.priority.take()
    return asyncio.run(_run(settings, flags))


async def _run(settings: Settings, flags: Flags) -> dict[str, Any] | None:
    from headwater_server.cli.compiling import compiling_shown
    from headwater_server.engine.warmup import warm_up, warm_up_chances
    from headwater_server.evaluation.shadow.running import Running

    stopping = _stop_signal()
    with compiling_shown():
        warm_up()
        warm_up_chances()
    async with AsyncExitStack() as parts:
        source, evaluations = await parts.enter_async_context(_opened(settings, once=flags.once))
        try:
            shadow, stored = await _shadow(source, settings, flags, stopping)
        except asyncio.CancelledError:
            return None
        running = Running(
            shadow,
            source.end,
            evaluations=evaluations,
            stored=stored,
            stopping=stopping,
            save_s=flags.save_s,
        )
        await _measured(running, flags.metrics_listen, parts)
        if flags.once:
            return await running.once(progress_bar)
        await running.forever(progress_bar)
        return None


@asynccontextmanager
async def _opened(
    settings: Settings, *, once: bool
) -> AsyncIterator[tuple[Source, Evaluations | None]]:
    """Open the source; a data directory without a server is for ``once`` alone."""
    async with open_source(settings) as (source, evaluations, storage):
        if storage is not None and storage.server is not None and not once:
            raise CommandFailed(
                f"--data-dir: no server runs on {settings.place.data_dir}: start it first (the "
                "store of a shadow would keep it out), or give --once"
            )
        yield source, evaluations


async def _shadow(
    source: Source, settings: Settings, flags: Flags, stopping: asyncio.Event
) -> tuple[Shadow, StoredShadow | None]:
    from headwater_server.evaluation.asking.start import NoStart
    from headwater_server.evaluation.shadow.asked import ShadowAsked
    from headwater_server.evaluation.shadow.beginning import begin
    from headwater_server.evaluation.shadow.finding import check_differs, explained_gap, in_force
    from headwater_server.replica.faults import LogBroken

    try:
        head = await source.end()
        with progress_bar("look up the policy", head.sequence) as bar:

            def at(sequence: int) -> None:
                bar.at(sequence)
                if stopping.is_set():
                    raise asyncio.CancelledError

            now = await in_force(source, head.offset, at)
        wanted = shadowed(flags.policy, flags.values, flags.name, now.policies)
        check_differs(now, wanted)
        known_until = now.position.sequence
        on_log = now.policies.get(flags.policy or "")
        del now
        name = _report_name(wanted.name)
        asked = ShadowAsked(name, wanted, on_log=on_log, **flags.asked)
        stored = None
        if flags.state is not None:
            place = flags.state, settings.storage.catalogue, asked.name
            stored = _stored(*place, settings.storage.store_timeout_ms)
            if found := await stored.load(source, asked, known_until):
                return found, stored
        return await begin(source, asked, known_until), stored
    except NoStart as error:
        raise CommandFailed(
            f"{error}; `headwater lake restore` fills an empty store from a lake, too"
        ) from None
    except LogBroken as error:
        raise explained_gap(error) from None


def _stored(url: str, catalogue: str, name: str, timeout_ms: int) -> StoredShadow:
    from headwater_server.storage.extras import extra

    with extra("state", "objects"):
        from headwater_server.evaluation.shadow.stored import StoredShadow
    return StoredShadow(url, catalogue, name, timeout_ms)


def _report_name(policy: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", policy)[:57] + REPORT


def state_url(given: str) -> str:
    """Return the URL of --state, which is a directory or a URL. Raises `BadSettings`."""
    from headwater_server.storage.objects.url import objects_problem

    if not given:
        raise BadSettings("--state is empty: write a directory or s3://bucket/prefix")
    url = given if "://" in given else Path(given).absolute().as_uri()
    if problem := objects_problem(url):
        raise BadSettings(f"--state: {problem}")
    return url


async def _measured(running: Running, listen: str | None, parts: AsyncExitStack) -> None:
    """Serve /metrics, if it has an address."""
    if listen is None:
        return
    from headwater_server.evaluation.shadow.families import families
    from headwater_server.observability.metrics_server import MetricsServer

    async def collect() -> Any:
        return families(running)

    server = MetricsServer(listen, collect, lambda _: True)
    await server.start()
    parts.push_async_callback(server.stop)


def _stop_signal() -> asyncio.Event:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping
