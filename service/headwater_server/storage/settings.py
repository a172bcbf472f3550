"""Settings of the store. Units stand last in names; each field's reason is in its help."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


class Durability(Enum):
    """How much an acknowledgement promises when the machine, not only a process, dies."""

    ALWAYS = "always"
    EVERYSEC = "everysec"


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where and how the log and the snapshots are kept."""

    catalogue: str = field(
        default="default",
        metadata={"help": "name of the catalogue; part of every key in the store"},
    )
    durability: Durability = field(
        default=Durability.EVERYSEC,
        metadata={
            "help": "always: written to disk (fsync) before the answer. everysec: if a machine "
            "dies, the last two seconds may be lost; if a process dies, nothing"
        },
    )
    min_replicas_acked: int = field(
        default=0,
        metadata={
            "help": "replicas of the store that must have a write (with always: on disk) before "
            "the answer and before any server learns it. With the number of all its replicas no "
            "failover loses anything; with less, what is lost is listed. 0: do not wait"
        },
    )
    store_timeout_ms: int = field(
        default=1_000,
        metadata={
            "help": "milliseconds after which a store that does not answer counts as unavailable"
        },
    )
    store_wait_s: float = field(
        default=30.0,
        metadata={
            "help": "seconds that a starting server waits for a store that it cannot reach, or "
            "that fails meanwhile; then it ends with the reason. It ends at once if the store "
            "refuses it (a wrong password), and waits without a limit while the store loads its "
            "data"
        },
    )
    log_entries_kept_min: int = field(
        default=1_000_000,
        metadata={
            "help": "entries that stay in the log even if a snapshot and the archive contain them"
        },
    )
    archive_dir: Path | None = field(
        default=None,
        metadata={
            "help": "directory for the archive of the log; not set: `archive` in data_dir. With "
            "redis_url and without archive_dir there is no archive, and the log is never trimmed"
        },
    )
    archive_days: int = field(
        default=0,
        metadata={"help": "days that archived entries are kept; 0: forever"},
    )
    snapshots_kept: int = field(
        default=2,
        metadata={"help": "snapshots that are kept; more than one, since one may be damaged"},
    )
    quarantined_events_max: int = field(
        default=10_000,
        metadata={"help": "rejected events that are kept; the oldest are deleted first"},
    )
    quarantined_event_bytes_max: int = field(
        default=16_384, metadata={"help": "bytes of a rejected event that are kept"}
    )
