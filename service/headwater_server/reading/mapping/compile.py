"""A choice as SQL: events, items, accounts."""

from __future__ import annotations

from headwater_server.reading.mapping.columns.events import compile_events
from headwater_server.reading.mapping.columns.items import compile_items
from headwater_server.reading.mapping.columns.users import compile_users

__all__ = ["compile_events", "compile_items", "compile_users"]
