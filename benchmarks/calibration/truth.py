"""The true chance of an act in each slot of a list shown to a simulated shopper."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.evaluation.simulator import INTENT, SLOTS_SEEN_MAX, Shopper, Simulator

LOOKS_MIN = 4  # slots that one who looks around sees at least, see `Simulator`


def true_chances(simulator: Simulator, shopper: Shopper, shown: Sequence[str]) -> list[float]:
    """Return, for each slot, the chance of an act in this visit, given that the slot is seen.

    Of those who come for something, each slot is seen if none before it has what they want;
    who looks around sees a drawn number of slots, up to the first click.
    """
    shop = simulator.shop
    wishes = {i.item_id: i.popularity * shopper.likes(i) for i in shop.items}
    total = sum(wishes.values())
    chances, intent_sees, around_goes_on = [], 1.0, 1.0
    for slot, item_id in enumerate(shown[:SLOTS_SEEN_MAX], start=1):
        item = shop.item(item_id)
        likes = shopper.likes(item) if item else 0.0
        wants, clicks = wishes.get(item_id, 0.0) / total, min(0.5, likes / 120)
        looks_on = min(1.0, (SLOTS_SEEN_MAX - slot + 1) / (SLOTS_SEEN_MAX - LOOKS_MIN + 1))
        around_sees = looks_on * around_goes_on
        acts = INTENT * wants + (1 - INTENT) * around_sees * clicks
        chances.append(acts / (INTENT * intent_sees + (1 - INTENT) * around_sees))
        intent_sees -= wants
        around_goes_on *= 1.0 - clicks
    return chances
