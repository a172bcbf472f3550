"""The first contact with a store: what it says if it cannot be used, and how long to wait."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

import redis.exceptions
import structlog

from headwater_server.errors import NotPermitted, StoreAnswered, StoreRefused, StoreUnavailable
from headwater_server.observability.repeats import Repeats
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.answers import Reason
from headwater_server.storage.redis.first_words import first_words
from headwater_server.storage.redis.rights import check_rights
from headwater_server.storage.redis.store import Store
from headwater_server.storage.redis.store_url import as_cluster, hosts_of, kind_of
from headwater_server.storage.redis.url import address_of, place_of
from headwater_server.storage.settings import StorageSettings

_log = structlog.get_logger(__name__)
PAUSE_S = 0.25


async def reach(url: str, settings: StorageSettings, *, patience_s: float = 0.0) -> None:
    """Return when the store accepts commands.

    Raises `StoreRefused` at once if waiting does not help, else `StoreUnavailable` after
    ``patience_s``; both name the store and its reason. It waits for a store that loads its data.
    """
    end_s, repeats = time.monotonic() + patience_s, Repeats()
    while True:
        try:
            await _contact(url, settings)
        except StoreRefused:
            raise
        except StoreUnavailable as error:
            is_loading = isinstance(error.__cause__, redis.exceptions.BusyLoadingError)
            if not is_loading and time.monotonic() >= end_s:
                raise
            if repeats.pass_(str(error)):
                _log.warning("waiting for the store", reason=str(error))
            await asyncio.sleep(PAUSE_S)
        else:
            return


async def found_url(url: str, settings: StorageSettings) -> str:
    """Return ``url``; or that of the cluster, if its server is a node of one.

    So all nodes are known before the first of them dies. A server that hides INFO is taken as one.
    """
    if kind_of(url) != "one" or address_of(url) is None:
        return url
    async with aclosing(Store(url, settings)) as store:
        try:
            info = await store.call("INFO", "cluster")
        except (StoreAnswered, NotPermitted):
            return url
    return as_cluster(url) if int(info.get("cluster_enabled", 0)) else url


async def check_user(url: str, settings: StorageSettings) -> None:
    """Raise `StoreRefused` if the user of ``url`` lacks a right that a server needs."""
    async with aclosing(Store(url, settings)) as store:
        try:
            await check_rights(store, settings.catalogue)
        except StoreRefused as error:
            raise type(error)(f"{place_of(url)}: {error}") from error


async def _contact(url: str, settings: StorageSettings) -> None:
    async with aclosing(Store(url, settings)) as store:
        try:
            await store.call("EXISTS", Keys(settings.catalogue).log)
        except StoreUnavailable as error:
            cause = error.__cause__
            kind, text = type(error), str(error)
            if not isinstance(error, StoreRefused) and (seen := await seen_at(url)):
                kind, text = seen.kind, seen.text
            raise kind(f"{place_of(url)}: {text}") from cause


async def seen_at(url: str) -> Reason | None:
    """Return what the first words of a server, a sentinel or a node give away, if anything."""
    if url.startswith("unix:"):
        return None
    for host, port in hosts_of(url):
        if seen := await first_words(host, port, tls=url.startswith("rediss")):
            return seen
    return None
