"""What an act on an item of a list is worth, in each metric."""

from __future__ import annotations

from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.rewards import PURCHASE, canonical_type
from headwater_server.evaluation.shown.answer import Answer

ACT_RATE, REWARD, PURCHASES, REVENUE = "act_rate", "reward", "purchases", "revenue"
METRICS = (ACT_RATE, REWARD, PURCHASES, REVENUE)
NO_CURRENCY = "no currency"


def note(answer: Answer, slot: int, event: Event, item: EventItem, reward: float) -> bool:
    """Add an act on a slot; return False for a purchase without a price.

    ``act_rate``: 1 for a slot with an act of a positive reward. ``reward``: the best reward of the
    slot; one below 0 counts if the event says so itself, not for the table's refusals.
    ``purchases``: how often it was bought. ``revenue``: price times quantity, by currency.
    """
    earned = answer.earned
    if reward > 0.0:
        earned[ACT_RATE, slot] = 1.0
    if reward > 0.0 or event.reward is not None:
        earned[REWARD, slot] = max(reward, earned.get((REWARD, slot), reward))
    if canonical_type(event.event_type) != PURCHASE:
        return True
    earned[PURCHASES, slot] = earned.get((PURCHASES, slot), 0.0) + 1.0
    if item.price is None:
        return False
    name = f"{REVENUE} {item.currency_code or NO_CURRENCY}"
    earned[name, slot] = earned.get((name, slot), 0.0) + max(0.0, item.price * item.quantity)
    return True
