"""Every kind of store that a catalogue can be on, each really running, for one suite."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import running_server, url_of
from tests.integration.waiting import STORE_TIMEOUT_MS
from tests.kafka.brokers import Brokers

STORES = ("embedded", "redis", "kafka beside redis", "kafka and objects")


class Places:
    """The places of each kind, started when they are first asked for."""

    def __init__(self, request: pytest.FixtureRequest, directory: Path) -> None:
        self._request = request
        self._directory = directory
        self._runner = asyncio.Runner()
        self._ending: list[Callable[[], None]] = []
        self._redis: Path | None = None

    @property
    def brokers(self) -> Brokers:
        found: Brokers = self._request.getfixturevalue("brokers")
        return found

    @property
    def redis(self) -> str:
        if self._redis is None:
            path = self._directory / "redis"
            path.mkdir()
            context = running_server("redis", path)
            self._runner.run(context.__aenter__())
            self._ending.append(lambda: self._runner.run(context.__aexit__(None, None, None)))
            self._redis = path
        return url_of(self._redis)

    def of(self, kind: str, settings: StorageSettings) -> dict[str, Any]:
        """Return the places that `open_storage` takes for an empty catalogue."""
        own = self._directory / settings.catalogue
        match kind:
            case "embedded":
                return {"data_dir": own}
            case "redis":
                return {"redis_url": self.redis}
            case "kafka beside redis":
                return {"redis_url": self.redis, "log": self.brokers.url(settings.catalogue)}
            case _:
                log = self.brokers.url(settings.catalogue)
                return {"log": log, "snapshots": f"file://{own}"}

    def end(self) -> None:
        for end in self._ending:
            end()
        self._runner.close()


def catalogue_of(request: pytest.FixtureRequest) -> str:
    """Return a name that no other test has; it is a topic's, too."""
    said = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name)[:40]
    return f"{said}-{abs(hash(request.node.nodeid)) % 10**8}"


@pytest.fixture(scope="module")
def places(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Places]:
    found = Places(request, tmp_path_factory.mktemp("places"))
    yield found
    found.end()


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StorageSettings:
    return StorageSettings(
        catalogue=catalogue_of(request),
        store_timeout_ms=STORE_TIMEOUT_MS,
        archive_dir=tmp_path / "archive",
        log_entries_kept_min=10,
    )


@pytest.fixture(params=STORES)
def opened_again(
    request: pytest.FixtureRequest, places: Places, settings: StorageSettings
) -> Callable[[], AbstractAsyncContextManager[Storage]]:
    """Open an empty catalogue on each kind of store; opened again it is the same one."""
    place = places.of(request.param, settings)
    return lambda: open_storage(settings, **place)


@pytest.fixture
async def storage(
    opened_again: Callable[[], AbstractAsyncContextManager[Storage]],
) -> AsyncIterator[Storage]:
    async with opened_again() as opened:
        yield opened
