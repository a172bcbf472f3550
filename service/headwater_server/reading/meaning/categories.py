"""Categories and tags: lists in one cell, paths in one category."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from headwater_server.reading.sql import text_sql


def list_sql(cell: str, separator: str) -> str:
    """Return the SQL of a list: a JSON array, or texts with ``separator`` between them."""
    split = f"string_split({cell}, {text_sql(separator)})" if separator else f"[{cell}]"
    array = f"from_json({cell}, '[\"VARCHAR\"]')"
    parts = (
        f"CASE WHEN starts_with({cell}, '[') AND json_valid({cell}) THEN {array} ELSE {split} END"
    )
    return _clean(f"list_transform({parts}, lambda e: trim(e))")


def _clean(parts: str) -> str:
    """Return the list without empty texts."""
    return f"list_filter({parts}, lambda e: e <> '')"


def categories_sql(cell: str, separator: str, path: str) -> str:
    """Return the SQL of categories; a path is one text with ` > ` between its parts."""
    mark = {">": ">", "/": "/", ".": r"\.", "|": r"\|"}.get(path, path)
    parts = list_sql(cell, separator)
    joined = f"list_transform({parts}, lambda e: regexp_replace(e, '\\s*{mark}\\s*', ' > ', 'g'))"
    if path in {"", ">"}:
        return joined
    return f"list_transform({joined}, lambda e: trim(trim(e), '> '))"


def path_mark(connection: DuckDBPyConnection, cell: str, source: str) -> str:
    """Return the mark between the parts of paths: `>` if it occurs, `/` if most cells have it."""
    found = connection.execute(
        f"SELECT count(*) FILTER (WHERE contains({cell}, '>')), "
        f"count(*) FILTER (WHERE regexp_matches({cell}, '\\S/\\S')), count(*) FROM {source} "
        f"WHERE {cell} <> ''"
    ).fetchone() or (0, 0, 0)
    return "/" if not found[0] and 2 * found[1] > found[2] else ">"
