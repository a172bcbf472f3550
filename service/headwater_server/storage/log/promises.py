"""Checks at the start that the server's configuration fits the durability mode."""

from __future__ import annotations

from typing import Any

import structlog

from headwater_server.errors import NotPermitted, StoreAnswered
from headwater_server.storage.log.written import Written
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import Durability, StorageSettings

_log = structlog.get_logger(__name__)
_FSYNC = {"everysec", "always"}


class UnfitStoreError(Exception):
    """The server's configuration contradicts the durability mode; the text says what to change."""


async def knows_waitaof(store: Store) -> bool:
    """Whether the server can confirm that a write is on its disk (Redis 7.2, Valkey)."""
    try:
        # one word, since redis-py parses the answer of COMMAND alone as a list of descriptions
        answer = await store.call("COMMAND LIST", "FILTERBY", "PATTERN", "waitaof")
    except (StoreAnswered, NotPermitted):  # a managed server may hide COMMAND as well
        return False
    return bool(answer)


async def check_promises(store: Store, settings: StorageSettings, *, can_wait: bool) -> None:
    """Refuse a server that would break the promise; log what could not be checked."""
    durability = settings.durability
    fsync = {"always"} if durability is Durability.ALWAYS and not can_wait else _FSYNC
    fit = {"maxmemory-policy": {"noeviction"}, "appendonly": {"yes"}, "appendfsync": fsync}
    unseen = []
    for name, values in fit.items():
        value = await configured(store, name)
        if value is None:
            unseen.append(name)
        elif value not in values:
            raise UnfitStoreError(_refusal(name, value, durability))
    if unseen:
        _log.warning(
            "the store does not show its configuration; check it yourself",
            unchecked=unseen,
            wanted=[_wanted(name, durability) for name in unseen],
        )
    if durability is Durability.EVERYSEC and not await Written(store).persistence():
        _log.warning(
            "the store does not show INFO persistence, so a write cannot be confirmed: on a busy "
            "or full disk the death of its process may lose two seconds",
            grant="ACL SETUSER NAME +info",
        )
    await _check_replication(store, settings.min_replicas_acked)


async def _check_replication(store: Store, replicas_wanted: int) -> None:
    info = await replication(store)
    if info is None:
        return  # a managed server may hide it; each append still waits for replicas
    if info.get("role") == "slave":
        primary = f"{info.get('master_host')}:{info.get('master_port')}"
        raise UnfitStoreError(
            f"the store is a replica of {primary}, and Headwater must write to its store. Set "
            "redis_url to the address of the primary, or promote this one (`REPLICAOF NO ONE`)"
        )
    connected = int(info.get("connected_slaves", 0))
    if connected < replicas_wanted:
        raise UnfitStoreError(
            f"the store has {connected} replicas connected, and min_replicas_acked = "
            f"{replicas_wanted}: no write could be acknowledged. Connect replicas "
            "(`REPLICAOF host port` on each), or lower min_replicas_acked"
        )
    if warning := failover_warning(replicas_wanted, connected):
        _log.warning(warning)


async def replication(store: Store) -> dict[str, Any] | None:
    """Return what the server says about its replicas, None if it hides it."""
    try:
        info: dict[str, Any] = await store.call("INFO", "replication")
    except (StoreAnswered, NotPermitted):
        return None
    return info


def failover_warning(replicas_wanted: int, connected: int) -> str:
    """Return what a failover may lose, "" if it loses nothing that was acknowledged.

    >>> failover_warning(2, 2), failover_warning(0, 0)
    ('', '')
    >>> failover_warning(1, 2)[:58]
    'the store has 2 replicas, and an acknowledgement waits for'
    """
    if replicas_wanted >= connected:
        return ""
    return (
        f"the store has {connected} replicas, and an acknowledgement waits for "
        f"{replicas_wanted} of them (min_replicas_acked): a failover, also a planned one, may lose "
        f"acknowledged events, which are then listed on the log and in health. Set "
        f"min_replicas_acked = {connected}, and no failover loses any"
    )


async def configured(store: Store, name: str) -> str | None:
    """Return a value of the server's configuration, None if the server does not show it."""
    try:
        answer = await store.call("CONFIG", "GET", name)
    except (StoreAnswered, NotPermitted):  # managed servers forbid CONFIG
        return None
    values = list(answer.values()) if isinstance(answer, dict) else answer[1::2]
    return _text(values[0]) if values else None


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _wanted(name: str, durability: Durability) -> str:
    wanted = {
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": durability.value,
    }
    return f"{name} {wanted[name]}"


def _refusal(name: str, value: str, durability: Durability) -> str:
    why = {
        "maxmemory-policy": "it would delete parts of the log or of the model if memory is short",
        "appendonly": "a restart of the store would lose acknowledged writes; a file of `save` "
        "is minutes old",
        "appendfsync": f"durability {durability.value} promises more",
    }
    wanted = _wanted(name, durability)
    return (
        f"Headwater does not write to this store: it has {name} {value}, and {why[name]}. "
        f"Run `CONFIG SET {wanted}` on it, and write `{wanted}` into its configuration file"
    )
