"""Features that no item has are a mistake in a lab: there is no item to come."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine.features.own_features import OwnFeature, own_features
from headwater_server.engine.features.own_values import value_of
from headwater_server.engine.messages.entries import Item


def check_features(texts: Sequence[str], items: Sequence[Item]) -> None:
    """Raise ValueError if a feature cannot be used, or if none of ``items`` has a value of it.

    >>> check_features(["features.weight"], [Item("a", features=(("wight", 2.0),))])
    Traceback (most recent call last):
    ValueError: features: no item has a value of 'weight' (numbers of the items: wight)
    """
    for feature in own_features(texts):
        reasons = set[str]()
        if not any(_has_value(feature, item, reasons) for item in items):
            why = ", ".join(sorted(reasons)) or f"numbers of the items: {_numbers(items)}"
            raise ValueError(f"features: no item has a value of {feature.name!r} ({why})")


def _has_value(feature: OwnFeature, item: Item, reasons: set[str]) -> bool:
    value, reason = value_of(feature, item)
    reasons.update(filter(None, [reason]))
    return value == value  # noqa: PLR0124 - NaN: it has none


def _numbers(items: Sequence[Item]) -> str:
    names = {name for item in items for name, value in item.features if not isinstance(value, str)}
    names |= {"price"} if any(item.price is not None for item in items) else set()
    return ", ".join(sorted(names)) or "none"
