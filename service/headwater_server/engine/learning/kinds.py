"""What all acts of one event type have in common, found once for the settings in force."""

from __future__ import annotations

from typing import NamedTuple

from headwater_server.engine.catalogue.eviction import CLAIMED, CONFIRMED, ORDINARY
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import (
    IMPRESSION,
    LOGOUT,
    PURCHASE,
    RATING,
    canonical_type,
)
from headwater_server.engine.reranking.hiding import HidingRules
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.event_class import weighs


class Kind(NamedTuple):
    """Events of one type: ``reward`` of each, or of each star of a rating.

    ``weighs``: their profiles are worth keeping; ``purchases`` is 1 or 0; ``may_hide``: their item
    may be left out of the visitor's lists.
    """

    reward: float
    is_rating: bool
    weighs: bool
    purchases: float
    may_hide: bool

    def reward_of(self, event: Event) -> float:
        """Return what `rewards.reward_of` does; a rating has its value."""
        if event.reward is not None:
            return event.reward
        return self.reward * (event.value or 0.0) if self.is_rating else self.reward

    def class_of(self, event: Event) -> int:
        """Return what `event_class.class_of` does."""
        if not (self.weighs or event.user_id):
            return ORDINARY
        return CONFIRMED if event.is_proven else CLAIMED


def kinds_of(settings: EngineSettings, hiding: HidingRules) -> dict[str, Kind]:
    """Return the kinds of acts that reward an item, or 0, by each name of their type.

    >>> kinds = kinds_of(EngineSettings(), HidingRules({"view": 1.0}, []))
    >>> kinds["purchase"].reward, kinds["purchase"].purchases, kinds["view"].may_hide
    (1.0, 1.0, True)
    >>> "dislike" in kinds, "impression" in kinds
    (False, False)
    """
    kinds = {}
    for event_type in (*settings.rewards, *ALIASES):
        name = canonical_type(event_type)
        reward = settings.rewards.get(name, -1.0)
        if reward >= 0 and name not in (IMPRESSION, LOGOUT):
            kinds[event_type] = Kind(
                reward,
                name == RATING,
                weighs(name, settings),
                float(name == PURCHASE),
                hiding.may_hide(event_type),
            )
    return kinds
