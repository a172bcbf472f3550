"""What the replica's shell can be told; none of it changes what the state means."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReplicaSettings:
    """Each field's meaning, unit and reason stand in its ``help`` metadata."""

    group_operations_max: int = field(
        default=1_000, metadata={"help": "operations that share one append at most"}
    )
    group_bytes_max: int = field(
        default=1_000_000, metadata={"help": "bytes that share one append at most"}
    )
    unacknowledged_operations_max: int = field(
        default=20_000,
        metadata={"help": "operations on their way at most; more are told to come back"},
    )
    linger_ms: float = field(
        default=1.0,
        metadata={"help": "milliseconds that an append waits for company, under load only"},
    )
    linger_from_calls: int = field(
        default=4, metadata={"help": "writing calls under way from which an append lingers"}
    )
    write_timeout_ms: int = field(
        default=5_000, metadata={"help": "milliseconds that a write without a deadline waits"}
    )
    slice_ms: float = field(
        default=0.25,
        metadata={"help": "milliseconds of learning between two looks at who is waiting"},
    )
    slice_turns: int = field(
        default=16,
        metadata={"help": "turns that others get between slices while questions come in"},
    )
    snapshot_entries: int = field(
        default=100_000, metadata={"help": "entries after which a snapshot is taken"}
    )
    snapshot_interval_s: float = field(
        default=300.0,
        metadata={"help": "seconds after which a snapshot is taken if anything was learned"},
    )
    snapshot_on_stop: bool = field(
        default=True, metadata={"help": "take a snapshot at a clean stop, for a quick start"}
    )
    attribution_token_minutes: float = field(
        default=1440.0,
        metadata={
            "help": "minutes in which an attribution token vouches for events; what comes later is "
            "refused. Long for lists in mails, short where pages are not left open"
        },
    )
    host_patience_ms: float = field(
        default=20.0,
        metadata={
            "help": "milliseconds that an acknowledgement waits at most for this host's other "
            "workers, so that whichever is asked next has learned it"
        },
    )
    metrics_sample_s: float = field(
        default=10.0,
        metadata={
            "help": "seconds between two samples of the figures that ListMetricSamples answers; "
            "360 are kept in memory, and 2,016 of every thirtieth"
        },
    )
    memory_budget_mb: float = field(
        default=0.0,
        metadata={
            "help": "megabytes that one process is meant to take; 0: nobody says. GetModel and "
            "/metrics tell it beside what is taken, and the log warns once when it is passed: the "
            "state itself is bounded by visitors_max, items_max and deduplication_ids_max"
        },
    )
    stop_patience_s: float = field(
        default=10.0, metadata={"help": "seconds that a clean stop waits for writes under way"}
    )
