"""Opens everything that is stored for one catalogue: the entry point of this package."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from headwater_server.errors import StoreRefused
from headwater_server.replica.ports.evaluations import Evaluations
from headwater_server.replica.ports.registry import Replicas
from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.archiver import Charge
from headwater_server.storage.archive.restoring import Copying, Restores, Restoring
from headwater_server.storage.beside import (
    Beside,
    Elsewhere,
    in_objects,
    in_redis,
    with_snapshots,
)
from headwater_server.storage.embedded.dir_watch import DirWatch
from headwater_server.storage.embedded.embedded import EmbeddedServer
from headwater_server.storage.extras import extra
from headwater_server.storage.kept.holdings import StoredHoldings
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.promises import check_promises, knows_waitaof
from headwater_server.storage.log.stream import Entries, Stream
from headwater_server.storage.logs import BLOCK_MS_MAX, LogPlace, redis_log
from headwater_server.storage.parts import (
    StoredLog,
    StoredQuarantine,
    StoredSnapshots,
    TokenKeyRing,
)
from headwater_server.storage.private import keep_private
from headwater_server.storage.redis.reach import found_url, reach
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import Durability, StorageSettings

ARCHIVE_DIR = "archive"


@dataclass(frozen=True, slots=True)
class Storage:
    """What `open_storage` yields. ``server`` is None when the server is not embedded."""

    log: StoredLog
    stream: Entries
    snapshots: StoredSnapshots
    quarantine: StoredQuarantine
    replicas: Replicas
    token_keys: TokenKeys
    token_key_ring: TokenKeyRing
    holdings: StoredHoldings
    evaluations: Evaluations
    server: EmbeddedServer | None
    redis: Store | None
    settings: StorageSettings
    archive: Archive | None
    charge: Charge
    place: Place

    @property
    def may_lose_end(self) -> bool:
        """Whether a power cut may lose the end of the log, as the mode of a store allows."""
        return not self.place.log and self.settings.durability is Durability.EVERYSEC

    @property
    def restoring(self) -> Restores:
        """What appends entries that were on the log, or on another one, before."""
        if self.place.log:
            return Copying(self.log)
        return Restoring(self.store, Keys(self.settings.catalogue))

    @property
    def store(self) -> Store:
        """The store with the log; `StoreRefused` if the log is not in one."""
        if self.redis is None or self.place.log:
            raise StoreRefused(
                "this needs the log in Redis or Valkey, and it is on Kafka: see docs/kafka.md"
            )
        return self.redis


@dataclass(frozen=True, slots=True)
class Place:
    """Where a catalogue is: its log, its snapshots, and everything else.

    ``log`` and ``snapshots`` are URLs, or None: in the store of ``redis_url`` or ``data_dir``.
    """

    redis_url: str | None = None
    data_dir: Path | None = None
    log: str | None = None
    snapshots: str | None = None

    def check(self) -> None:
        """Raise ValueError unless there is one place for each part."""
        if self.redis_url and self.data_dir:
            raise ValueError("give a redis_url or a data_dir")
        if not (self.redis_url or self.data_dir or (self.log and self.snapshots)):
            raise ValueError("give a redis_url or a data_dir, or a log and snapshots")


@asynccontextmanager
async def open_storage(
    settings: StorageSettings,
    *,
    redis_url: str | None = None,
    data_dir: Path | None = None,
    log: str | None = None,
    snapshots: str | None = None,
    check: bool = True,
    socket: Path | None = None,
) -> AsyncIterator[Storage]:
    """Open the store at ``redis_url``, or start one in ``data_dir``; close it in order.

    With ``log`` the log is on Kafka, with ``snapshots`` they are in a directory or an object store;
    with both, and without a store, everything else is there, too.
    `StoreUnavailable` if no server answers, `UnfitStoreError` if the server's configuration breaks
    the durability mode, `DataDirInUseError` if another process serves the directory; with
    ``socket`` that process's server is used. ``check=False`` also opens a server that breaks the
    durability mode, to examine it.
    """
    place = Place(redis_url, data_dir, log, snapshots)
    place.check()
    async with AsyncExitStack() as stack:
        ours = data_dir if socket is None else None
        server = await _started(stack, ours, settings) if ours else None
        if redis_url:
            await reach(redis_url, settings)
            redis_url = await found_url(redis_url, settings)
        where = server.socket_path if server else socket or redis_url or ""
        archive = archive_of(settings, data_dir)
        if archive is not None and archive.path.is_dir():
            keep_private(archive.path, [path.name for path in archive.path.iterdir()])
        at = LogPlace(settings, archive, _watch(stack, data_dir) if data_dir else None)
        opening = _Opening(stack, place, where, at, check=check)
        log_, stream, beside = await (opening.on_kafka(log) if log else opening.on_redis())
        token_keys = await stack.enter_async_context(beside.ring.kept_fresh())
        yield Storage(
            log=log_,
            stream=stream,
            snapshots=beside.snapshots,
            quarantine=beside.quarantine,
            replicas=beside.replicas,
            token_keys=token_keys,
            token_key_ring=beside.ring,
            holdings=StoredHoldings(stream, beside.snapshots, archive, beside.server),
            evaluations=beside.evaluations,
            server=server,
            redis=beside.store,
            settings=settings,
            archive=archive,
            charge=beside.charge,
            place=place,
        )


class _Opening:
    """Opens the log and what is beside it, each in its place."""

    def __init__(
        self, stack: AsyncExitStack, place: Place, where: str | Path, at: LogPlace, *, check: bool
    ) -> None:
        """``where`` is the store's URL or socket, "" without one."""
        self._stack = stack
        self._place = place
        self._where = where
        self._at = at
        self._settings = at.settings
        self._check = check

    async def on_redis(self) -> tuple[StoredLog, Entries, Beside]:
        """Open the log in the store."""
        store, reader, can_wait = await self._clients()
        stream = Stream(store, Keys(self._settings.catalogue))
        beside = self._in_redis(store, reader, None, can_wait=can_wait)
        if self._place.snapshots:
            log = Elsewhere(stream.head, Lineage(stream, self._at.archive).contains)
            beside = with_snapshots(beside, self._place.snapshots, self._settings, log)
        log_ = redis_log(
            store,
            reader,
            self._at,
            knows_waitaof=can_wait,
            may_fail_over=store.may_fail_over or self._settings.min_replicas_acked > 0,
            replicas=beside.replicas,
            charge=beside.charge,
        )
        return log_, stream, beside

    async def on_kafka(self, url: str) -> tuple[StoredLog, Entries, Beside]:
        """Open the log on Kafka, and the rest where the place says."""
        with extra("log", "kafka"):
            from headwater_server.storage.kafka import opening  # noqa: PLC0415 - optional
        topic = await self._stack.enter_async_context(
            opening.open_topic(url, self._settings, blocking_ms=BLOCK_MS_MAX, check=self._check)
        )
        contains = Lineage(topic.stream, self._at.archive).contains
        beside = await self._beside(Elsewhere(topic.stream.head, contains))
        log = opening.kafka_log(
            topic,
            self._settings,
            replicas=beside.replicas,
            archive=self._at.archive,
            charge=beside.charge,
        )
        return log, topic.stream, beside

    async def _beside(self, log: Elsewhere) -> Beside:
        snapshots = self._place.snapshots
        if not self._where:
            return in_objects(snapshots or "", self._settings, log)
        store, reader, can_wait = await self._clients()
        beside = self._in_redis(store, reader, log, can_wait=can_wait)
        return with_snapshots(beside, snapshots, self._settings, log) if snapshots else beside

    async def _clients(self) -> tuple[Store, Store, bool]:
        settings = self._settings
        store = Store(self._where, settings)
        reader = Store(self._where, settings, blocking_ms=BLOCK_MS_MAX, beside=store)
        self._stack.push_async_callback(store.close)
        self._stack.push_async_callback(reader.close)
        can_wait = await knows_waitaof(store)
        if self._check:
            await check_promises(store, settings, can_wait=can_wait)
        return store, reader, can_wait

    def _in_redis(
        self, store: Store, reader: Store, log: Elsewhere | None, *, can_wait: bool
    ) -> Beside:
        data_dir, settings = self._place.data_dir, self._settings
        return in_redis(store, reader, settings, data_dir=data_dir, knows_waitaof=can_wait, log=log)


def archive_of(settings: StorageSettings, data_dir: Path | None) -> Archive | None:
    """Return the archive of the log, None if there is none."""
    directory = settings.archive_dir or (data_dir / ARCHIVE_DIR if data_dir else None)
    return Archive(directory, settings.catalogue) if directory else None


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
