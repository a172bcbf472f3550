"""The whole way of an event with kills: Kafka in, Parquet out, and DuckDB counts the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kafka.to_lake import run

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]


async def test_duckdb_counts_what_came_through_kafka_after_kills(tmp_path: Path) -> None:
    found = await run(20_000, 1, tmp_path)
    assert found.is_right, found
    assert (found.acknowledged, found.server_kills, found.lake_kills) == (20_000, 1, 3)
