"""The log in Redis or on Kafka, joined from its parts."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.replica.ports.registry import Replicas
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.archiver import Archiver, Charge
from headwater_server.storage.embedded.dir_watch import DirWatch
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.confirming import Confirming
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.log import RedisLog
from headwater_server.storage.log.rejoining import Rejoining
from headwater_server.storage.log.stream import Stream
from headwater_server.storage.log.trimming import RedisCut, Trimmer
from headwater_server.storage.log.witness import Witness
from headwater_server.storage.log.written import Written
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import Durability, StorageSettings

BLOCK_MS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class LogPlace:
    """What a log has on this machine: its archive, and the directory of an embedded store."""

    settings: StorageSettings
    archive: Archive | None
    dir_watch: DirWatch | None


def redis_log(
    store: Store,
    reader: Store,
    at: LogPlace,
    *,
    knows_waitaof: bool,
    may_fail_over: bool,
    replicas: Replicas,
    charge: Charge,
) -> RedisLog:
    """Join the log in a store; ``reader`` is a client whose timeout allows blocking reads."""
    settings, archive, keys = at.settings, at.archive, Keys(at.settings.catalogue)
    archiver = Archiver(Stream(reader, keys), charge, archive) if archive else None
    everysec = settings.durability is Durability.EVERYSEC
    return RedisLog(
        store,
        reader,
        settings,
        confirming=Confirming(settings, knows_waitaof=knows_waitaof),
        # with always the store writes and syncs before it answers, or ends
        written=Written(store) if everysec else None,
        dir_watch=at.dir_watch,
        lineage=Lineage(
            Stream(store, keys), archive, may_lose_end=everysec, may_fail_over=may_fail_over
        ),
        rejoining=Rejoining(store, keys, archive) if archive and may_fail_over else None,
        trimmer=Trimmer(
            settings, replicas, archiver, RedisCut(store, keys, settings.log_entries_kept_min)
        ),
        witness=Witness(archive.path) if archive else None,
    )
