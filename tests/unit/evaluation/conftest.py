from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

HEADER = "timestamp,user_id,item_id,event_type,value"
WriteFile = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    """Write a CSV file of events, given its rows, and return its path."""

    def write_file(
        *rows: str, header: str = HEADER, name: str = "events.csv", end: str = "\n"
    ) -> Path:
        path = tmp_path / name
        content = (end.join([header, *rows]) + end).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write_file
