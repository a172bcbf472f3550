"""Real stores for the tests: the embedded valkey, and a redis-server where one is installed."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from headwater_server.storage.embedded.binary import find_server_program
from headwater_server.storage.embedded.pid_lock import PidLock
from headwater_server.storage.embedded.server_process import ServerProcess, launch_server
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.served import Served
from tests.integration.waiting import STORE_TIMEOUT_MS
from tests.kafka.brokers import Brokers, running_brokers

BACKENDS = ("valkey", "redis")
OF_THE_STORE = (
    "test_archive", "test_one_digest", "test_redis_stream", "test_replica", "test_sentinels",
    "test_sink_redis", "test_storage_", "test_store_", "test_witness",
)  # fmt: skip
"""Files whose subject talks to the store itself, or that tests what it survives."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what lies above the store to one backend; `make thorough` has it on the other, too.

    The files of the store itself, and `store_suite`, run on each: they fail where two differ.
    """
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if parameters.get("server_dir") == "redis" and not item.path.name.startswith(OF_THE_STORE):
            item.add_marker(pytest.mark.thorough)


def program(backend: str) -> Path:
    """Return the server program of a backend; skip the test where there is none."""
    if backend == "valkey":
        return find_server_program()
    found = shutil.which("redis-server")
    if found is None:
        pytest.skip("no redis-server on the PATH")
    return Path(found)


@asynccontextmanager
async def running_server(backend: str, path: Path, **options: str) -> AsyncIterator[ServerProcess]:
    """Run a server as production has it: somebody else's, reached by a URL."""
    lock = PidLock(path / "test.lock")
    assert lock.acquire()
    standard = {
        "port": "0",
        "unixsocket": str(path / "s"),
        "dir": str(path),
        "logfile": "server.log",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
    }
    process = await launch_server(
        program(backend), standard | {k.replace("_", "-"): v for k, v in options.items()}, lock
    )
    lock.release()
    try:
        await process.answers(path / "s", path / "server.log")
        yield process
    finally:
        await process.end()


def url_of(path: Path) -> str:
    return f"unix://{path}/s"


@pytest.fixture(scope="session", params=BACKENDS)
def server_dir(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """One server for all store tests of a backend; each test uses its own catalogue."""
    path = tmp_path_factory.mktemp("store")
    with asyncio.Runner() as runner:
        context = running_server(request.param, path)
        runner.run(context.__aenter__())
        yield path
        runner.run(context.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def brokers() -> Iterator[Brokers]:
    """One broker of Kafka for all tests of a session; each test uses its own topic."""
    with running_brokers() as running:
        yield running


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> StorageSettings:
    """Settings with a catalogue that no other test uses."""
    catalogue = f"test-{abs(hash(request.node.nodeid))}"
    return StorageSettings(catalogue=catalogue, store_timeout_ms=STORE_TIMEOUT_MS)


@pytest.fixture
async def storage(server_dir: Path, settings: StorageSettings) -> AsyncIterator[Storage]:
    """An empty catalogue on a real server."""
    async with open_storage(settings, redis_url=url_of(server_dir)) as opened:
        yield opened


@pytest.fixture
async def store(server_dir: Path, settings: StorageSettings) -> AsyncIterator[Store]:
    """A bare client of the same server, to damage things with."""
    opened = Store(url_of(server_dir), settings)
    yield opened
    await opened.close()


@pytest.fixture
async def served(server_dir: Path, settings: StorageSettings) -> AsyncIterator[Served]:
    """A real server with an empty catalogue, which the test may stop and start."""
    served = Served(url_of(server_dir), settings.catalogue)
    await served.start()
    yield served
    await served.stop()
