"""Addresses of pictures and pages, as files write them."""

from __future__ import annotations


def address_sql(cell: str) -> str:
    """Return the first address of a cell, "//cdn.shop" as https: lists are parted by commas.

    >>> address_sql("image")[:40]
    "CASE WHEN starts_with(trim(image), '//')"
    """
    first = f"regexp_replace(trim({cell}), ',\\s*(https?:|/).*$', '')"
    whole = f"nullif({first}, '')"
    return f"CASE WHEN starts_with(trim({cell}), '//') THEN 'https:' || {whole} ELSE {whole} END"
