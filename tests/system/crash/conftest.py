"""The crash tests start servers again and again, on a machine that may be busy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.crash.seeds import IS_SOAK

TIMEOUT_S = 900 if IS_SOAK else 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))
