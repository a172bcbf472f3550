"""The highest rating of a file: said, or found."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from headwater_server.reading.meaning.event_types import RATING
from headwater_server.reading.numbers import number_sql

FIVE = 5.0
FIRST = 200
HIGHEST = 100.0  # that is found; more is refused, unless it is said


def found_scale(connection: DuckDBPyConnection, rows: str) -> tuple[float, str]:
    """Return the highest possible rating of ``rows``, and a note unless that is five.

    ``rows`` has the columns ``type`` and ``value``.
    """
    if _highest(connection, f"(SELECT * FROM {rows} LIMIT {FIRST})") <= FIVE:
        return FIVE, ""
    highest = _highest(connection, rows)
    scale = next((one for one in (10.0, 20.0, 100.0) if highest <= one), HIGHEST)
    return scale, f"ratings go up to {highest:g}, so {scale:g} counts as 5 (--scale says otherwise)"


def _highest(connection: DuckDBPyConnection, rows: str) -> float:
    found = connection.execute(
        f"SELECT max({number_sql('value')}) FROM {rows} WHERE type = '{RATING}'"
    ).fetchone()
    return float((found and found[0]) or 0.0)
