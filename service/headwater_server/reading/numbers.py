"""Texts of numbers in SQL: as `cells.parse_number`, NULL where there is none."""

from __future__ import annotations


def number_sql(text: str) -> str:
    """Return an expression for a finite number; DuckDB alone would take `nan` and `1_000`."""
    number = f"TRY_CAST({text} AS DOUBLE)"
    return f"(CASE WHEN isfinite({number}) AND NOT contains({text}, '_') THEN {number} END)"


def shape(text: str) -> str:
    """Return what a cell looks like, without what it says: it may be a person's.

    >>> shape("ann@shop.com"), shape("31.12.2020 7 Uhr")
    ('aaa@aaaa.aaa', '99.99.9999 9 Aaa')
    """
    signs = ("9" if one.isdigit() else _letter(one) for one in text[:40])
    return "".join(signs) + ("…" if len(text) > 40 else "")


def _letter(one: str) -> str:
    if not one.isalpha():
        return one
    return "A" if one.isupper() else "a"
