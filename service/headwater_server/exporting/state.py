"""Rows of items and accounts from a state."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from headwater_server.engine.messages.entries import Item
from headwater_server.engine.messages.events import ContextValue
from headwater_server.exporting.columns import Row
from headwater_server.exporting.reading import PAGE_ROWS
from headwater_server.exporting.rows import item_row, user_row

Features = tuple[tuple[str, ContextValue], ...]


class State(Protocol):
    """What an export needs of an engine."""

    def described_items(self, first: int = 0) -> Iterator[tuple[int, Item]]:
        """Yield the items of the catalogue with their numbers, from number ``first`` on."""

    def described_users(self, first: int = 0) -> Iterator[tuple[int, str, Features]]:
        """Yield the accounts with features and their places, from a place on."""


def numbered_rows(state: State, table: str, first: int = 0) -> Iterator[tuple[int, Row]]:
    """Yield the rows of ``items`` or ``users`` with their numbers, from number ``first`` on."""
    if table == "items":
        for number, item in state.described_items(first):
            yield number, item_row(item)
    else:
        for place, user_id, found in state.described_users(first):
            yield place, user_row(user_id, found)


def state_rows(state: State, table: str) -> Iterator[Row]:
    """Yield the rows of ``items`` or ``users``."""
    return (row for _, row in numbered_rows(state, table))


def state_pages(state: State, table: str) -> Iterator[list[Row]]:
    """Yield the same in pages."""
    rows = state_rows(state, table)
    while page := list(islice(rows, PAGE_ROWS)):
        yield page


def feature_names(state: State, table: str) -> list[str]:
    """Return the names of all features, sorted: the columns of a CSV file."""
    names: set[str] = set()
    for row in state_rows(state, table):
        features = row["features"]
        names |= features.keys() if isinstance(features, dict) else set()
    return sorted(names)
