"""The extra `import`: DuckDB, a safe parser of XML, and a reader of spreadsheets."""

from __future__ import annotations

from importlib.util import find_spec

MODULES = ("duckdb", "defusedxml", "python_calamine")
INSTALL = "pip install 'headwater-server[import]'"


def has_extra() -> bool:
    """Return whether the extra is installed; without it only Headwater's own CSV can be read."""
    return all(find_spec(name) is not None for name in MODULES)


def needs_extra(what: str) -> str:
    """Return the text for a file that cannot be read without the extra.

    >>> needs_extra("a Parquet file")
    "a Parquet file can be read after: pip install 'headwater-server[import]'"
    """
    return f"{what} can be read after: {INSTALL}"
