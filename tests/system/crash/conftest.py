"""The crash tests start servers again and again, on a machine that may be busy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kafka.brokers import Brokers, running_brokers
from tests.system.crash.seeds import IS_SOAK

DISK_BYTES = 200_000_000


@pytest.fixture(scope="session")
def cluster() -> Iterator[Brokers]:
    """Three nodes of Kafka for all tests of a session; each test uses a topic of its own."""
    with running_brokers(3, disk_bytes=DISK_BYTES) as running:
        yield running


TIMEOUT_S = 900 if IS_SOAK else 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))
