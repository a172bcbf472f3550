"""The features grouped into families, for explanations that a person understands."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.features.own_columns import column_names

OTHER, ITEM, RULES, AVERAGE = "other", "item", "rules", "average"
OBJECTIVE = "objective"

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
    OBJECTIVE: "what acts on it are worth to the shop",
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


def names_with(own: Collection[str]) -> tuple[str, ...]:
    """Return the names of all families: each of the shop's own features is one."""
    return (*_NAMES, *own)


def numbered(features: Sequence[str], own: Collection[str] = ()) -> NDArray[np.int64]:
    """Return int64[features]: the place of each one's family in `names_with`.

    >>> numbered(["next", "margin", "margin_near"], ["margin"]).tolist()
    [0, 8, 8]
    """
    places = {name: place for place, name in enumerate(names_with(own))}
    of = {column: name for name in own for column in column_names([name])}
    families = (of.get(name) or family_of(name) for name in features)
    return np.array([places[family] for family in families], dtype=np.int64)


def phrase_of(family: str) -> str:
    """Return a phrase that completes "comes from".

    >>> phrase_of("margin")
    "its own feature 'margin', and how near that is to the visitor's items"
    """
    own = f"its own feature {family!r}, and how near that is to the visitor's items"
    return PHRASES.get(family, own)
