"""Settings of the replica's shell; none of them changes the meaning of the state."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReplicaSettings:
    """Each field's meaning, unit and reason are in its ``help`` metadata."""

    group_operations_max: int = field(
        default=1_000, metadata={"help": "operations in one append to the log"}
    )
    group_bytes_max: int = field(
        default=1_000_000, metadata={"help": "bytes in one append to the log"}
    )
    unacknowledged_operations_max: int = field(
        default=20_000,
        metadata={
            "help": "operations that wait for the store; further ones are refused and may retry"
        },
    )
    linger_ms: float = field(
        default=1.0,
        metadata={"help": "milliseconds that an append waits for more operations, under load only"},
    )
    linger_from_calls: int = field(
        default=4,
        metadata={"help": "write calls in progress from which an append waits (linger_ms)"},
    )
    write_timeout_ms: int = field(
        default=5_000, metadata={"help": "timeout in milliseconds of a write without a deadline"}
    )
    slice_ms: float = field(
        default=0.25,
        metadata={
            "help": "milliseconds of learning before waiting calls get their turn; ten times as "
            "many while nobody has asked for a second"
        },
    )
    slice_turns: int = field(
        default=16,
        metadata={"help": "turns of the event loop for calls between two slices of learning"},
    )
    snapshot_entries: int = field(
        default=100_000, metadata={"help": "log entries after which a snapshot is taken"}
    )
    snapshot_interval_s: float = field(
        default=300.0,
        metadata={"help": "seconds after which a snapshot is taken if there are new events"},
    )
    snapshot_on_stop: bool = field(
        default=True,
        metadata={"help": "take a snapshot when the server stops cleanly, for a quick start"},
    )
    attribution_token_minutes: float = field(
        default=1440.0,
        metadata={
            "help": "lifetime of an attribution token in minutes; events with an expired token "
            "are rejected. Long for lists in e-mails, short for pages that are soon closed"
        },
    )
    question_bytes_max: int = field(
        default=512,
        metadata={
            "help": "bytes of a request that its attribution token and the log keep at most, so "
            "that the answer can be asked again (evaluation). The question of a longer request, "
            "such as one with hundreds of candidates, is left out; GetModel counts these answers"
        },
    )
    page_source_exposures_per_minute_max: int = field(
        default=60,
        metadata={
            "help": "visitors a minute whom one source (key and address) may bring into "
            "experiments by lists that it requested with a page key; of further ones the list is "
            "learned, but counts in no experiment. Each process counts for itself. 60: with ten "
            "events each they are what page_source_events_per_minute_max allows; more if many "
            "visitors share one address. 0: no limit"
        },
    )
    host_patience_ms: float = field(
        default=20.0,
        metadata={
            "help": "milliseconds that an acknowledgement waits at most for the other workers of "
            "this host, so that each of them has learned the event when it is asked next"
        },
    )
    metrics_sample_s: float = field(
        default=10.0,
        metadata={
            "help": "seconds between two samples for ListMetricSamples; 360 samples are kept in "
            "memory, and 2,016 of every thirtieth"
        },
    )
    filter_cache_mb: float = field(
        default=64.0,
        metadata={
            "help": "megabytes for the results of filters, which are kept until the catalogue "
            "changes; with more of them, those not used for longest are evaluated again"
        },
    )
    memory_budget_mb: float = field(
        default=0.0,
        metadata={
            "help": "expected memory of one process in megabytes; 0: no budget. GetModel and "
            "/metrics report it beside the memory in use, and the log warns once when it is "
            "exceeded. It limits nothing: visitors_max, items_max and deduplication_ids_max limit "
            "the state"
        },
    )
    hold_out: float = field(
        default=0.0,
        metadata={
            "help": "share of visitors who get the most popular items, so that the lift of "
            "recommendations is measured (docs/does-it-pay.md), such as 0.05. Begins the "
            "experiment hold-out unless the log has one, also a stopped one. 0.001 to 0.5; 0: does "
            "nothing"
        },
    )
    stop_patience_s: float = field(
        default=10.0, metadata={"help": "seconds that a clean stop waits for writes in progress"}
    )
