"""What an event counts as in the figures: a click, an order, or nothing."""

from __future__ import annotations

from headwater_server.engine.messages.rewards import PURCHASE
from headwater_server.engine.setting_values.event_types import ALIASES

CLICK, ORDER = 1, 2
_OF_TYPE = {"click": CLICK, "detail-page-view": CLICK, PURCHASE: ORDER}
ROLES = _OF_TYPE | {alias: _OF_TYPE[name] for alias, name in ALIASES.items() if name in _OF_TYPE}
"""Event type, also an alias -> its role; all other types count as nothing.

>>> ROLES["view"] == ROLES["click"], ROLES["order"] == ORDER, ROLES.get("add-to-cart")
(True, True, None)
"""
