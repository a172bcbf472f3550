"""What the store can be told. Units last; each field's reason is its help."""

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
        default="default", metadata={"help": "name of the catalogue; part of every key"}
    )
    durability: Durability = field(
        default=Durability.EVERYSEC,
        metadata={
            "help": "always: fsynced before the answer; everysec: a machine's death may lose the "
            "last two seconds, a process's death nothing"
        },
    )
    min_replicas_acked: int = field(
        default=0,
        metadata={
            "help": "replicas of the store that have a write (with always: on disk) before the "
            "answer, so that a failover to one of them loses nothing; 0: none is waited for"
        },
    )
    store_timeout_ms: int = field(
        default=1_000, metadata={"help": "milliseconds after which a silent store counts as away"}
    )
    log_entries_kept_min: int = field(
        default=1_000_000,
        metadata={
            "help": "entries that stay on the log although a snapshot and the archive cover them"
        },
    )
    archive_dir: Path | None = field(
        default=None,
        metadata={
            "help": "directory of the log's archive; not set: `archive` in data_dir, and with a "
            "redis_url none: then nothing is trimmed from the log either"
        },
    )
    archive_days: int = field(
        default=0,
        metadata={"help": "days that archived entries are kept; 0: for ever"},
    )
    snapshots_kept: int = field(
        default=2, metadata={"help": "snapshots kept; more than one, since one may be damaged"}
    )
    quarantined_events_max: int = field(
        default=10_000, metadata={"help": "refused events kept aside; the oldest go first"}
    )
    quarantined_event_bytes_max: int = field(
        default=16_384, metadata={"help": "bytes of a refused event that are kept for a look"}
    )
