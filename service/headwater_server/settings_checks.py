"""The allowed values of each setting. An error names the setting and says what to write."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter, ValidationError

from headwater_server.api.access.access import Access, accesses, check_accesses
from headwater_server.engine.ablation import REMOVABLE
from headwater_server.engine.settings import ALIASES, DEFAULT_REWARDS
from headwater_server.gateway.addresses import is_loopback
from headwater_server.settings_rules import read_rules
from headwater_server.storage.redis.url import shown_url, url_problem


class BadSettings(ValueError):
    """A setting cannot be used; the text names it and says how to fix it."""


SECRETS = {"keys", "page_keys"}  # never shown, not even in an error
PASSWORD = re.compile(r"(?<=://)\S*(?=@)")

# name: (minimum, maximum), both allowed. Every other number must be positive.
RANGES: dict[str, tuple[float, float]] = {
    "archive_days": (0, 36_500),
    "calls_per_second_max": (0, math.inf),
    "drift_fading": (1, 2**20),
    "exploration_epsilon": (0, 1),
    "gateway_address_calls_per_second_max": (0, 2**31),
    "gateway_body_bytes_max": (1024, 2**30),
    "gateway_calls_per_second_max": (0, 2**31),
    "gateway_deadline_default_ms": (1, 60_000),
    "gateway_key_calls_per_second_max": (0, 2**31),
    "gateway_proxies": (0, 100),
    "gateway_threads": (1, 128),
    "host_patience_ms": (0, 1000),
    "linger_ms": (0, 1000),
    "log_entries_kept_min": (0, math.inf),
    "memory_budget_mb": (0, math.inf),
    "min_replicas_acked": (0, 100),
    "page_source_events_per_minute_max": (0, math.inf),
    "page_visitor_events_per_minute_max": (0, math.inf),
    "personalizer_default_reward": (-1, 1),
    "personalizer_reward_wait_minutes": (1e-3, 7 * 24 * 60),
    "seed": (0, 2**63 - 1),
    "slice_turns": (1, 1000),
    "stop_grace_s": (0, 3600),
    "store_wait_s": (0, 86_400),
    "source_events_per_minute_max": (0, math.inf),
    "stop_patience_s": (0, 3600),
    "workers": (1, 128),
    "visitor_events_per_minute_max": (0, math.inf),
}

ADDRESSES = {
    "listen": "write host:port, for example 127.0.0.1:50051",
    "metrics_listen": "write host:port, for example 127.0.0.1:9464",
    "gateway": "write host:port, for example 127.0.0.1:8080",
    "gateway_admin": "write host:port, for example 127.0.0.1:9901",
    "gateway_backends": "write host:port of each, for example 127.0.0.1:50051",
    "gateway_metrics": "write host:port, for example 127.0.0.1:9465",
    "gateway_tls": "write host:port, for example 0.0.0.0:8443",
    "gateway_web": "write host:port, for example 127.0.0.1:8081",
}
TEXTS = {
    **{name: (r".+:\d{1,5}", fix) for name, fix in ADDRESSES.items()},
    "tracing_endpoint": (r"https?://.+", "write http://host:port of an OTLP collector"),
    "catalogue": (r"[A-Za-z0-9_.-]{1,64}", "write 1 to 64 of A-Z a-z 0-9 _ . -"),
    "exploration_policy": (r"plackett_luce|thompson", "write plackett_luce or thompson"),
    "gateway_origins": (
        r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?",
        "write scheme, host and, unless it is the default, port: https://shop.example",
    ),
    "ranker": (r"listwise|river:.+", "write listwise, or river:<class or pipeline>"),
}


def checked(name: str, kind: Any, value: object) -> Any:
    """Return ``value`` as ``kind``. Raises `BadSettings`.

    >>> checked("seed", int, "7")
    7
    >>> checked("snapshots_kept", int, 0)
    Traceback (most recent call last):
    ...
    headwater_server.settings_checks.BadSettings: snapshots_kept = 0: must be greater than 0
    """
    if name == "rules":
        try:
            return read_rules(value)
        except ValueError as error:
            raise BadSettings(str(error)) from None
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    if isinstance(value, str) and str(kind).startswith("tuple") and not value.startswith("["):
        value = tuple(part.strip() for part in value.split(",") if part.strip())
    as_json = isinstance(value, str) and str(kind).startswith(("dict", "tuple"))
    try:
        result = adapter.validate_json(str(value)) if as_json else adapter.validate_python(value)
    except ValidationError as error:
        raise BadSettings(f"{_shown(name, value)}: {error.errors()[0]['msg']}") from None
    problem = _problem(name, result)
    if problem:
        raise BadSettings(f"{_shown(name, value)}: {problem}")
    return _full_rewards(result) if name == "rewards" else result


def _shown(name: str, value: object) -> str:
    return name if name in SECRETS else f"{name} = {without_secrets(name, repr(value))}"


def without_secrets(name: str, shown: str) -> str:
    """Return the text of a setting's value with secrets as ***.

    >>> without_secrets("redis_url", "redis://shop:secret@store:6379/0")
    'redis://***@store:6379/0'
    """
    if name in SECRETS and shown != "not set":
        return "***"
    return shown_url(shown) if name == "redis_url" else PASSWORD.sub("***", shown)


def _full_rewards(rewards: dict[str, float]) -> dict[str, float]:
    """Add the given rewards to the default ones, under full names."""
    return DEFAULT_REWARDS | {ALIASES.get(name, name): value for name, value in rewards.items()}


def _problem(name: str, value: object) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return _number_problem(name, value)
    if isinstance(value, SecretStr):
        return _keys_problem(value.get_secret_value(), is_page=name == "page_keys")
    if name == "without" and isinstance(value, tuple):
        unknown = ", ".join(sorted(set(value) - set(REMOVABLE)))
        return f"there is no {unknown}: write any of {', '.join(REMOVABLE)}" if unknown else ""
    if isinstance(value, tuple):
        problems = (f"{one!r}: {fix}" for one in value if (fix := _text_problem(name, str(one))))
        return next(problems, "")
    if name == "rewards" and isinstance(value, dict):
        return "" if all(map(math.isfinite, value.values())) else "rewards must be finite numbers"
    return _text_problem(name, str(value))


def _text_problem(name: str, text: str) -> str:
    if name == "redis_url":
        return url_problem(text)
    pattern, fix = TEXTS.get(name, ("", ""))
    if pattern and not re.fullmatch(pattern, text):
        return fix
    if name in ADDRESSES and int(text.rpartition(":")[2]) > 65535:
        return "a port is at most 65535"
    return ""


def _keys_problem(text: str, *, is_page: bool) -> str:
    try:
        accesses(text, is_page=is_page)
    except ValueError as error:
        return str(error)
    return ""


def _number_problem(name: str, value: float) -> str:
    if not math.isfinite(value):
        return "must be a finite number"
    if name in RANGES:
        minimum, maximum = RANGES[name]
        return "" if minimum <= value <= maximum else f"must lie between {minimum} and {maximum}"
    return "" if value > 0 else "must be greater than 0"


def check_together(redis_url: str | None, data_dir: Path | None) -> None:
    """Refuse two places at once. Raises `BadSettings`."""
    if redis_url and data_dir:
        raise BadSettings("redis_url and data_dir exclude each other: set only one of them")


def check_keys(found: Sequence[Access]) -> None:
    """Refuse keys that contradict each other. Raises `BadSettings`."""
    if any(access.is_page for access in found) and all(access.is_page for access in found):
        raise BadSettings(
            "page_keys are set, but keys are not: set HEADWATER_KEYS, too (openssl rand -hex 24), "
            "for your backends; without it nobody can write the catalogue"
        )
    try:
        check_accesses(found)
    except ValueError as error:
        raise BadSettings(str(error)) from None


def check_exposure(addresses: Iterable[str | None], *, has_keys: bool, insecure: bool) -> None:
    """Refuse an address that other machines can reach without a key. Raises `BadSettings`.

    >>> check_exposure(["127.0.0.1:50051", None], has_keys=False, insecure=False)
    """
    for address in addresses:
        if address and not (has_keys or insecure or is_loopback(address.rpartition(":")[0])):
            raise BadSettings(
                f"other machines can reach {address}, and no key is set: set HEADWATER_KEYS "
                "(openssl rand -hex 24 makes one), listen on 127.0.0.1, or give --insecure if "
                "only your own private network can reach it"
            )
