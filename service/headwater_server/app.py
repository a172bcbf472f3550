"""The composition root: builds a server's parts in start order; they stop in reverse order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from itertools import chain
from typing import Any

import structlog
from prometheus_client.core import Metric

from headwater_server.api.access.api_keys import Keys
from headwater_server.api.access.key_texts import key_texts_beside
from headwater_server.api.guard.gate import Spans
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.errors import StoreRefused, StoreUnavailable
from headwater_server.garbage import keep_passes_short
from headwater_server.gateway.beside import Beside
from headwater_server.observability.families import families
from headwater_server.observability.meters import Meters
from headwater_server.observability.metrics_server import MetricsServer
from headwater_server.replica.assembly import restored_replica
from headwater_server.replica.experiments.hold_out import HoldOut
from headwater_server.replica.group.process_context import ProcessContext
from headwater_server.replica.operators.memory import give_back_memory, map_large_blocks
from headwater_server.replica.ports.registry import FOLLOWER
from headwater_server.replica.replica import Replica
from headwater_server.settings import Settings
from headwater_server.settings_checks import BadSettings
from headwater_server.sources.sources import Sources
from headwater_server.storage.storage import Storage, open_storage

try:
    from uvloop import run as run_loop
except ImportError:  # Windows has none
    from asyncio import run as run_loop  # type: ignore[assignment]  # it takes more options

_log = structlog.get_logger(__name__)
PAUSE_S = 0.25
OnReady = Callable[[str, str], None]


def run(
    settings: Settings,
    on_ready: OnReady,
    context: ProcessContext | None = None,
    beside: Beside | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; call ``on_ready(address, offset)`` when it can answer.

    Then ``beside`` is opened, if it is given; it is closed before the server.
    """
    run_loop(_serve(settings, on_ready, context or ProcessContext(), beside))


async def _serve(
    settings: Settings, on_ready: OnReady, context: ProcessContext, beside: Beside | None
) -> None:
    stopping = _stop_signal()
    map_large_blocks()
    async with AsyncExitStack() as parts:
        starting = asyncio.create_task(_start_patiently(settings, parts, context))
        await _first(starting, stopping)
        if stopping.is_set():
            _log.info("stopped while starting")
            return
        replica, address = await starting
        # a thread that writes a snapshot yields sooner than after the usual 5 ms, since an answer
        # alternates with it several times (`benchmarks` part stall: 20 ms instead of 55)
        sys.setswitchinterval(0.0005)
        keep_passes_short()
        on_ready(address, (await replica.model(compute_digest=False)).offset)
        if beside is not None:
            opening = asyncio.create_task(beside.open(address, parts))
            await _first(opening, stopping)
            if not stopping.is_set():
                await opening  # raises its error
        await stopping.wait()
        _log.info("stopping")


async def _start_patiently(
    settings: Settings, parts: AsyncExitStack, context: ProcessContext
) -> tuple[Replica, str]:
    """Start, and again after an outage of the store: it may fail over while the log is read.

    `StoreUnavailable` when it has failed for `store_wait_s`.
    """
    end_s: float | None = None
    keys = await key_texts_beside(settings.api.accesses)  # once: it takes 25 ms of a core for each
    while True:
        async with AsyncExitStack() as attempt:
            try:
                started = await _start(settings, attempt, context, keys)
            except StoreRefused:
                raise
            except StoreUnavailable as error:
                end_s = end_s or time.monotonic() + settings.storage.store_wait_s
                if time.monotonic() >= end_s:
                    raise
                _log.warning("the store was away during the start: again", reason=str(error))
            else:
                await parts.enter_async_context(attempt.pop_all())
                return started
        await asyncio.sleep(PAUSE_S)


async def _start(
    settings: Settings, parts: AsyncExitStack, context: ProcessContext, keys: tuple[str, ...]
) -> tuple[Replica, str]:
    """Start storage, replica and API; each started part is pushed onto ``parts``, to be stopped.

    ``keys`` describe the API keys, see `key_texts`.
    """
    warm_up(settings.engine)  # before the port opens: no call waits for a compiler
    storage = await parts.enter_async_context(_storage(settings, context))
    meters = Meters()
    replica = await restored_replica(
        storage,
        engine_settings=settings.engine,
        given=settings.given,
        settings=settings.replica,
        identity=context.identity,
        host_peers=context.host_peers,
        meters=meters,
        keys=keys,
    )
    give_back_memory()
    sources = Sources(replica, settings.sources.sources)
    await replica.start()
    parts.push_async_callback(replica.stop)
    parts.push_async_callback(sources.stop)
    if context.identity.role != FOLLOWER:
        reads, writes = replica.experiment_reads, replica.experiment_writes
        hold_out = HoldOut(reads, writes, settings.replica.hold_out)
        parts.push_async_callback(hold_out.stop)
        await hold_out.begin()
    if (in_force := replica.engine.settings) != settings.engine:
        await asyncio.to_thread(warm_up, in_force)  # those of the log may use other kernels
    spans = _spans(settings.process.tracing_endpoint, parts)
    sources.start()
    await _expose(replica, sources, settings.api, meters, parts)
    if context.identity.role == FOLLOWER:
        return replica, "-"
    server = Server(replica, settings.api, meters, spans)
    port = await server.start()
    parts.push_async_callback(server.stop)
    host = settings.api.listen.rpartition(":")[0]
    return replica, f"{host}:{port}"


def _storage(settings: Settings, context: ProcessContext) -> AbstractAsyncContextManager[Storage]:
    place = settings.place
    return open_storage(
        settings.storage,
        redis_url=place.redis_url,
        data_dir=place.data_dir,
        log=place.log,
        snapshots=place.snapshots,
        socket=context.socket,
    )


async def _expose(
    replica: Replica,
    sources: Sources,
    settings: ApiSettings,
    meters: Meters,
    parts: AsyncExitStack,
) -> None:
    """Serve /metrics, if it has an address; if keys are set, a caller needs one."""
    if settings.metrics_listen is None:
        return
    keys = Keys(settings.accesses)

    async def collect() -> Iterator[Metric]:
        return chain(families(await replica.measurements(), meters), sources.metrics())

    server = MetricsServer(
        settings.metrics_listen, collect, lambda header: not keys or keys.allows(header)
    )
    port = await server.start()
    parts.push_async_callback(server.stop)
    _log.info("metrics are served", port=port, path="/metrics")


def _spans(endpoint: str | None, parts: AsyncExitStack) -> Spans | None:
    """Trace calls, if a collector is set; otherwise the library is not even imported."""
    endpoint = endpoint or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if not endpoint:
        return None
    try:
        from headwater_server.observability.tracing import open_spans  # noqa: PLC0415 - optional
    except ImportError:
        fix = "pip install '.[tracing]' in a checkout, or 'FILE.whl[tracing]' of a wheel"
        text = f"tracing_endpoint is set: {fix}; or unset it"
        raise BadSettings(text) from None
    spans = open_spans(endpoint)
    parts.push_async_callback(asyncio.to_thread, spans.close)
    return spans


def _stop_signal() -> asyncio.Event:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)

    def hang_up() -> None:
        _log.warning("SIGHUP: a single process stops; with --workers, workers restart one by one")
        stopping.set()

    if hasattr(signal, "SIGHUP"):
        loop.add_signal_handler(signal.SIGHUP, hang_up)
    return stopping


async def _first(starting: asyncio.Task[Any], stopping: asyncio.Event) -> None:
    """Return when ``starting`` has ended or ``stopping`` is set, which cancels ``starting``."""
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait((starting, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if stopping.is_set():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
