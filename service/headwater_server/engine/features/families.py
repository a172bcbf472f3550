"""The features grouped into families, for explanations that a person understands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

OTHER, ITEM, RULES, AVERAGE = "other", "item", "rules", "average"

FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "next": (
        "what visitors go on to from here",
        ("next", "next_near", "next_far", "next_back", "next_step", "next_far_step",
         "next_rarity"),
    ),
    "together": (
        "what goes together with what the visitor chose",
        ("session", "together", "strongest", "share", "together_rarity", "paths", "lift_near",
         "lift", "pair_age", "walk", "walk_rarity"),
    ),
    "history": (
        "what the visitor did with it before",
        ("own_session", "own", "own_count", "own_age", "own_due", "repeat_rate"),
    ),
    "popular": (
        "how popular it is",
        ("popular_40", "popular_200", "popular_1500", "popular_10000", "popular_day",
         "popular_week", "session_starts", "touches"),
    ),
    "age": ("how new it is, and when it was chosen last", ("last_age", "first_age")),
    "content": (
        "how like the visitor's items it is described",
        ("content_near", "content", "content_latest", "content_session", "content_long", "words",
         "words_best"),
    ),
    "circumstances": (
        "what is chosen in this place and under these circumstances",
        ("circumstances", "circumstances_often"),
    ),
    OTHER: ("other features", ()),
}  # fmt: skip
"""Family -> (a phrase that completes "comes from"; its features).

An unknown feature belongs to "other".
"""

PHRASES = {name: phrase for name, (phrase, _) in FAMILIES.items()} | {
    ITEM: "how this item itself does, whatever else is known",
    RULES: "what the shop's rules add",
    AVERAGE: "the score of an average candidate of this question",
}
_OF = {feature: family for family, (_, names) in FAMILIES.items() for feature in names}
_NAMES = tuple(FAMILIES)


def family_of(feature: str) -> str:
    """Return the family of a feature; "other" for one that is not in the table.

    >>> family_of("popular_week"), family_of("phase_of_the_moon")
    ('popular', 'other')
    """
    return _OF.get(feature, OTHER)


def numbered(features: Sequence[str]) -> NDArray[np.int64]:
    """Return int64[features]: the place of each one's family in FAMILIES."""
    return np.array([_NAMES.index(family_of(name)) for name in features], dtype=np.int64)
