"""From an event to the figures: which list it is attributed to, and what it counts as.

An act is attributed to the list that its attribution token names, if that list showed the item;
otherwise to the last list in which the visitor saw the item, while its attribution window is open.
So an act counts for one list only, and the sums over all lists are no larger than the shop's.
"""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.figures.figures import Figures
from headwater_server.engine.figures.money import Price, lines_of
from headwater_server.engine.figures.names import Given
from headwater_server.engine.figures.roles import CLICK, ROLES
from headwater_server.engine.learning.attribution import Attribution
from headwater_server.engine.messages.events import Event


def note_report(
    figures: Figures,
    attribution: Attribution,
    event: Event,
    profile: str,
    item_ids: Sequence[str],
    now_ms: int,
) -> int:
    """Count the slots of a report that were not reported before; their window is open by now.

    Return how many.
    """
    if not item_ids:
        return 0
    slate = event.slate
    given = Given(
        event.placement or (slate.placement if slate else ""),
        slate.policy if slate else "",
        event.names_placement,
        slate.recommendation_id if slate else event.event_id,
    )
    is_new = attribution.times_open(profile, given.list_id) < 2
    names = list(dict.fromkeys(item_ids))
    figures.at(now_ms).see(profile, given, names, is_new=is_new)
    return len(names)


def note_act(
    figures: Figures,
    attribution: Attribution,
    catalogue: Catalogue,
    event: Event,
    profile: str,
    now_ms: int,
) -> list[str]:
    """Count a click or an order; most acts are neither, or clicks that follow from no list.

    Return the placement of each click that was counted.
    """
    role = ROLES.get(event.event_type)
    clicked: list[str] = []
    if role is None:
        return clicked
    if role == CLICK:
        if event.slate is None and not attribution.is_open(profile):
            return clicked
        for item_id in dict.fromkeys([item.item_id for item in event.items]):
            given = _list_of(attribution, catalogue, event, profile, item_id)
            if given is not None and figures.at(now_ms).click(profile, given, item_id):
                clicked.append(given.placement)
        return clicked
    lines = lines_of(event, lambda item_id: _price_of(catalogue, item_id))
    attributed = [
        (line, _list_of(attribution, catalogue, event, profile, line.item_id)) for line in lines
    ]
    figures.at(now_ms).order(profile, attributed)
    return clicked


def _list_of(
    attribution: Attribution, catalogue: Catalogue, event: Event, profile: str, item_id: str
) -> Given | None:
    """Return the list that an act on an item is attributed to, None if it followed from none."""
    slate = event.slate
    is_named = slate is not None and item_id in slate.item_ids
    number = catalogue.number(item_id)
    wanted = slate.recommendation_id if slate is not None and is_named else ""
    found = None if number is None else attribution.last_seen(profile, number, wanted)
    if found is not None:
        return Given(found.placement, found.policy, found.is_named, found.recommendation_id)
    if slate is None or not is_named:
        return None
    return Given(slate.placement, slate.policy, not event.self_asked, slate.recommendation_id)


def _price_of(catalogue: Catalogue, item_id: str) -> Price | None:
    number = catalogue.number(item_id)
    data = None if number is None else catalogue.at(number)
    if data is None or data.price is None:
        return None
    return data.price, data.currency_code
