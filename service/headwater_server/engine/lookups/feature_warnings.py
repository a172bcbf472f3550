"""What is wrong with the shop's own features, as far as items and stored values show it.

No text changes while the same is wrong: each is logged once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.features.own_values import OwnValues
from headwater_server.engine.lookups.nearest_name import near
from headwater_server.engine.models import Models

SAMPLED = 50
"""Described items whose stored values are compared with what the functions return now."""


def of_features(models: Models, catalogue: Catalogue, names: Collection[str]) -> Iterator[str]:
    """Yield what does not fit; ``names`` are the fields that items have."""
    own = models.own_values
    for (name, reason), item_id in own.first_failed.items():
        yield f"{name}: an item has no value, first {item_id}: {reason}"
    failed = {name for name, _ in own.first_failed}
    for place, feature in enumerate(own.features):
        if not catalogue.described or feature.name in failed or own.has_value(place):
            continue
        if feature.field and feature.field not in names:
            question = near(feature.field, names)
            yield f"{feature.name}: no item has the field {feature.field}{question}"
        else:
            yield f"{feature.name}: no item has a value"
    for name in sorted(_differing(own, catalogue)):
        yield (
            f"{name}: gives other values now than those that are stored: its code has changed, or "
            "it depends on more than the item; give it another name to compute all again"
        )


def _differing(own: OwnValues, catalogue: Catalogue) -> set[str]:
    numbers = catalogue.numbers()
    sampled = numbers[:: max(1, len(numbers) // SAMPLED)].tolist()
    items = ((number, catalogue.at(number)) for number in sampled)
    return {name for number, item in items if item for name in own.differing(number, item)}
