"""The range of each numeric setting: what is outside of it is a typing error, not a choice."""

from __future__ import annotations

import math

from headwater_server.engine.policies.ranges import NUMBERS as ANSWERING

YEAR_MINUTES = 525_600
MANY = 10**9  # of things that a machine counts and keeps
LARGEST = 10**12  # of a setting without a range of its own

HOLD_OUT_SHARES = (0.001, 0.5)
"""Fewer visitors show nothing for years; with more, most would lose."""

# name: (minimum, maximum), both allowed
RANGES: dict[str, tuple[float, float]] = {
    "archive_days": (0, 36_500),
    "attribution_window_minutes": (1e-4, YEAR_MINUTES),
    "calls_per_second_max": (0, MANY),
    "deduplication_window_hours": (1e-4, 100 * YEAR_MINUTES / 60),
    "act_half_life_days": (0.01, 36_500),
    "drift_fading": (1, 2**20),
    "ranker_every": (1, 1000),
    "event_items_max": (0, 10**8),
    "figures_day_offset_hours": (-12, 14),
    **ANSWERING,
    "gateway_address_calls_per_second_max": (0, 2**31),
    "gateway_body_bytes_max": (1024, 2**30),
    "gateway_calls_per_second_max": (0, 2**31),
    "gateway_deadline_default_ms": (1, 60_000),
    "gateway_key_calls_per_second_max": (0, 2**31),
    "gateway_memory_mb_max": (100, 2**20),
    "gateway_page_body_bytes_max": (1024, 2**30),
    "gateway_proxies": (0, 100),
    "gateway_threads": (1, 128),
    "hold_out": HOLD_OUT_SHARES,
    "host_patience_ms": (0, 1000),
    "linger_ms": (0, 1000),
    "log_entries_kept_min": (0, LARGEST),
    "memory_budget_mb": (0, MANY),
    "message_bytes_max": (1024, 2**30),
    "min_replicas_acked": (0, 100),
    "oidc_session_minutes": (1, 720),
    "page_event_items_max": (0, 1000),
    "page_source_events_per_minute_max": (0, MANY),
    "page_source_exposures_per_minute_max": (0, MANY),
    "page_visitor_events_per_minute_max": (0, MANY),
    "personalizer_default_reward": (-1, 1),
    "personalizer_share": (0, 1),
    "personalizer_reward_wait_minutes": (1e-3, 7 * 24 * 60),
    "seed": (0, 2**63 - 1),
    "session_gap_minutes": (1e-4, YEAR_MINUTES),
    "slice_turns": (1, 1000),
    "stop_grace_s": (0, 3600),
    "store_wait_s": (0, 86_400),
    "question_bytes_max": (0, 8_192),  # a token has at most 32,768 characters
    "source_events_per_minute_max": (0, MANY),
    "stop_patience_s": (0, 3600),
    "workers": (1, 128),
    "visitor_events_per_minute_max": (0, MANY),
    "variants_max": (0, 100),
}

# name: maximum; the value must be greater than 0
MAXIMA: dict[str, float] = {
    "attribution_token_minutes": 10 * YEAR_MINUTES,
    "deadline_default_s": 86_400,
    "deadline_max_s": 86_400,
    "deduplication_ids_max": MANY,
    "gateway_connections_max": 10**6,
    "figures_days": 3_660,
    "figures_items_max": 100_000,
    "group_bytes_max": 2**29,  # what the store takes in one command
    "group_operations_max": 10**6,
    "items_max": 10**8,
    "keepalive_s": 86_400,
    "linger_from_calls": 10**6,
    "metrics_sample_s": 86_400,
    "overload_calls": 10**7,
    "overload_lag_ms": 3_600_000,
    "quarantined_event_bytes_max": 2**26,
    "quarantined_events_max": MANY,
    "reads_max": 10**6,
    "retry_after_ms": 60_000,
    "slice_ms": 1_000,
    "slow_call_ms": 86_400_000,
    "snapshot_interval_s": MANY,
    "snapshots_kept": 1_000,
    "store_timeout_ms": 3_600_000,
    "stream_batches_max": 10_000,
    "unacknowledged_operations_max": MANY,
    "visitors_max": MANY,
    "write_timeout_ms": 3_600_000,
    "writes_max": 10**6,
}

OR_ZERO = {"hold_out"}  # where 0 means none, though it is outside

# name: (minimum, maximum) of each value of a table, and what it is
VALUES: dict[str, tuple[float, float]] = {"rewards": (-1_000, 1_000), "hide_days": (0, 36_500)}
ENTRIES_MAX = 500  # of a table


def number_problem(name: str, value: float) -> str:
    """Return what is wrong with a number, "" if nothing is.

    >>> number_problem("workers", 500)
    'must lie between 1 and 128'
    >>> number_problem("items_max", 0)
    'must be greater than 0 and at most 100000000'
    >>> number_problem("hold_out", 1e-9), number_problem("hold_out", 0)
    ('must lie between 0.001 and 0.5, or be 0', '')
    """
    if not math.isfinite(value):
        return "must be a finite number"
    if name in OR_ZERO:
        outside = value and _outside(value, *RANGES[name])
        return f"{outside}, or be 0" if outside else ""
    if name in RANGES:
        return _outside(value, *RANGES[name])
    maximum = MAXIMA.get(name, LARGEST)
    return "" if 0 < value <= maximum else f"must be greater than 0 and at most {_shown(maximum)}"


def table_problem(name: str, table: dict[str, float]) -> str:
    """Return what is wrong with the numbers of a table, "" if nothing is.

    >>> table_problem("rewards", {"view": 1e308})
    'view must lie between -1000 and 1000'
    """
    if len(table) > ENTRIES_MAX:
        return f"has {len(table)} entries, at most {ENTRIES_MAX}"
    for key, value in table.items():
        if outside := _outside(value, *VALUES[name]):
            return f"{key} {outside}"
    return ""


def _outside(value: float, minimum: float, maximum: float) -> str:
    if minimum <= value <= maximum:  # false for NaN
        return ""
    return f"must lie between {_shown(minimum)} and {_shown(maximum)}"


def _shown(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"
