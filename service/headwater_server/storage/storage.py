"""Opens everything that is stored for one catalogue: the entry point of this package."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.archiver import Archiver
from headwater_server.storage.embedded.dir_watch import DirWatch
from headwater_server.storage.embedded.embedded import EmbeddedServer
from headwater_server.storage.kept.evaluations import RedisEvaluations
from headwater_server.storage.kept.holdings import RedisHoldings
from headwater_server.storage.kept.quarantine import RedisQuarantine
from headwater_server.storage.kept.replicas import RedisReplicas
from headwater_server.storage.kept.snapshots import RedisSnapshots
from headwater_server.storage.kept.token_key_ring import RedisTokenKeys
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.confirming import Confirming
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.log import RedisLog
from headwater_server.storage.log.promises import check_promises, knows_waitaof
from headwater_server.storage.log.rejoining import Rejoining
from headwater_server.storage.log.stream import Stream
from headwater_server.storage.log.trimming import Trimmer
from headwater_server.storage.log.witness import Witness
from headwater_server.storage.log.written import Written
from headwater_server.storage.private import keep_private
from headwater_server.storage.redis.reach import found_url, reach
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import Durability, StorageSettings

BLOCK_MS_MAX = 1_000
ARCHIVE_DIR = "archive"


@dataclass(frozen=True, slots=True)
class Storage:
    """What `open_storage` yields. ``server`` is None when the server is not embedded."""

    log: RedisLog
    snapshots: RedisSnapshots
    quarantine: RedisQuarantine
    replicas: RedisReplicas
    token_keys: TokenKeys
    token_key_ring: RedisTokenKeys
    holdings: RedisHoldings
    evaluations: RedisEvaluations
    server: EmbeddedServer | None
    store: Store
    settings: StorageSettings
    archive: Archive | None


@asynccontextmanager
async def open_storage(
    settings: StorageSettings,
    *,
    redis_url: str | None = None,
    data_dir: Path | None = None,
    check: bool = True,
    socket: Path | None = None,
) -> AsyncIterator[Storage]:
    """Open the store at ``redis_url``, or start one in ``data_dir``; close it in order.

    `StoreUnavailable` if no server answers, `UnfitStoreError` if the server's configuration breaks
    the durability mode, `DataDirInUseError` if another process serves the directory; with
    ``socket`` that process's server is used. ``check=False`` also opens a server that breaks the
    durability mode, to examine it.
    """
    if (redis_url is None) == (data_dir is None):
        raise ValueError("give a redis_url or a data_dir")
    async with AsyncExitStack() as stack:
        ours = data_dir if socket is None else None
        server = await _started(stack, ours, settings) if ours else None
        if redis_url:
            await reach(redis_url, settings)
            redis_url = await found_url(redis_url, settings)
        where = server.socket_path if server else socket or redis_url or ""
        store, reader = Store(where, settings), Store(where, settings, blocking_ms=BLOCK_MS_MAX)
        stack.push_async_callback(store.close)
        stack.push_async_callback(reader.close)
        can_wait = await knows_waitaof(store)
        if check:
            await check_promises(store, settings, can_wait=can_wait)
        archive = archive_of(settings, data_dir)
        if archive is not None and archive.path.is_dir():
            keep_private(archive.path, [path.name for path in archive.path.iterdir()])
        watch = _watch(stack, data_dir) if data_dir else None
        ring = RedisTokenKeys(store, Keys(settings.catalogue).token_keys, data_dir)
        token_keys = await stack.enter_async_context(ring.kept_fresh())
        yield Storage(
            log=_log(
                store,
                reader,
                settings,
                archive,
                watch,
                knows_waitaof=can_wait,
                may_fail_over=store.may_fail_over or settings.min_replicas_acked > 0,
            ),
            snapshots=RedisSnapshots(store, settings),
            quarantine=RedisQuarantine(store, settings),
            replicas=RedisReplicas(store, settings),
            token_keys=token_keys,
            token_key_ring=ring,
            holdings=RedisHoldings(store, settings, archive),
            evaluations=RedisEvaluations(store, settings),
            server=server,
            store=store,
            settings=settings,
            archive=archive,
        )


def archive_of(settings: StorageSettings, data_dir: Path | None) -> Archive | None:
    """Return the archive of the log, None if there is none."""
    directory = settings.archive_dir or (data_dir / ARCHIVE_DIR if data_dir else None)
    return Archive(directory, settings.catalogue) if directory else None


def _log(
    store: Store,
    reader: Store,
    settings: StorageSettings,
    archive: Archive | None,
    watch: DirWatch | None,
    *,
    knows_waitaof: bool,
    may_fail_over: bool,
) -> RedisLog:
    keys = Keys(settings.catalogue)
    archiver = Archiver(reader, keys, archive, knows_waitaof=knows_waitaof) if archive else None
    return RedisLog(
        store,
        reader,
        settings,
        confirming=Confirming(settings, knows_waitaof=knows_waitaof),
        # with always the store writes and syncs before it answers, or ends
        written=Written(store) if settings.durability is Durability.EVERYSEC else None,
        dir_watch=watch,
        lineage=Lineage(
            Stream(store, keys),
            archive,
            may_lose_end=settings.durability is Durability.EVERYSEC,
            may_fail_over=may_fail_over,
        ),
        rejoining=Rejoining(store, keys, archive) if archive and may_fail_over else None,
        trimmer=Trimmer(store, settings, RedisReplicas(store, settings), archiver),
        witness=Witness(archive.path) if archive else None,
    )


def _watch(stack: AsyncExitStack, data_dir: Path) -> DirWatch:
    watch = DirWatch(data_dir)
    stack.callback(watch.close)
    return watch


async def _started(
    stack: AsyncExitStack, data_dir: Path, settings: StorageSettings
) -> EmbeddedServer:
    server = EmbeddedServer(data_dir, settings.durability)
    await server.start()
    stack.push_async_callback(server.stop)
    return server
