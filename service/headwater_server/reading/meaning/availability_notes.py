"""How many items of a file can be bought, and which words nobody knows."""

from __future__ import annotations

import re

from duckdb import DuckDBPyConnection

from headwater_server.reading.numbers import shape

WORDS_SHOWN = 5
_WORD = re.compile(r"[^\W\d_][\w \-/'.]{0,39}")


def availability_notes(connection: DuckDBPyConnection, label: str, rows: str) -> list[str]:
    """Return the counts of ``rows``, which have the column `available`, as a note."""
    found = connection.execute(
        f"SELECT available, count(*) FROM ({rows}) WHERE left_out IS NULL GROUP BY 1 "
        "ORDER BY 2 DESC, 1"
    ).fetchall()
    counts = dict(found)
    yes, no, empty = (counts.pop(word, 0) for word in ("true", "false", None))
    parts = [f"{yes:,} available, {no:,} not"]
    if empty:
        parts.append(f"{empty:,} empty (count as available)")
    if counts:
        words = ", ".join(map(_shown, list(counts)[:WORDS_SHOWN]))
        more = ", …" if len(counts) > WORDS_SHOWN else ""
        unknown = sum(counts.values())
        parts.append(f"{unknown:,} of unknown words (count as available): {words}{more}")
    return [f"{label}: {', '.join(parts)}"] if found else []


def _shown(word: str) -> str:
    """Return a word as it stands unless it could be a person's."""
    is_word = _WORD.fullmatch(word.strip()) and sum(one.isdigit() for one in word) < 5
    return repr(word if is_word else shape(word))
