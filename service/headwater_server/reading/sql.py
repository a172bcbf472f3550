"""Texts and names as SQL writes them."""

from __future__ import annotations


def text_sql(text: str) -> str:
    """Return a text as a literal of SQL.

    >>> text_sql("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def name_sql(name: str) -> str:
    """Return a name as SQL writes it.

    >>> name_sql("order id")
    '"order id"'
    """
    return '"' + name.replace('"', '""') + '"'
