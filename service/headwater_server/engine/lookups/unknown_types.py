"""Event types in settings and rules that have no reward, so that no event has them."""

from __future__ import annotations

from collections.abc import Collection

from headwater_server.engine.lookups.nearest_name import near
from headwater_server.engine.messages.rewards import canonical_type
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.engine.settings import EngineSettings


def unknown_types(given: Collection[str], settings: EngineSettings) -> list[str]:
    """Return a warning for each event type that has no reward.

    >>> unknown_types(["view", "purchse"], EngineSettings())
    ['rewards has no event type purchse; did you mean purchase?']
    """
    known = settings.rewards
    names = {*known, *(alias for alias, name in ALIASES.items() if name in known)}
    return [
        f"rewards has no event type {name}{near(name, names)}"
        for name in given
        if canonical_type(name) not in known
    ]
