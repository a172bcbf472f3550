"""Parts of the engine that can be switched off by name, to measure what each is worth.

`EngineSettings.without` contains some of `REMOVABLE`. A name represents a source, which then
proposes no candidates, and for a family of features, which are then constantly 0. The models
continue to learn, so that everything is back at once when the name leaves the setting.
"""

from __future__ import annotations

from collections.abc import Collection

FAMILIES: dict[str, tuple[str, ...]] = {
    "next": (
        "next", "next_near", "next_far", "next_back", "next_step", "next_far_step", "next_rarity",
    ),
    "together": (
        "session", "together", "strongest", "share", "together_rarity", "paths", "lift_near",
        "lift", "pair_age",
    ),
    "history": ("own_session", "own", "own_count", "own_age", "repeat_rate"),
    "popular": (
        "popular_40", "popular_200", "popular_1500", "popular_10000", "popular_day",
        "popular_week", "session_starts",
    ),
    "activity": ("touches", "last_age", "first_age"),
    "content": ("content_near", "content"),
    "circumstances": ("circumstances", "circumstances_often"),
    "new": (),
    "walk": ("walk", "walk_rarity"),
    "cosines": ("content_latest", "content_session", "content_long"),
    "words": ("words", "words_best"),
    "cycles": ("own_due",),
    "strangers": (),
    "context": (
        "history", "session_length", "gap", "new_session", "latest_touches", "empty",
        "mean_touches", "mean_age",
    ),
}  # fmt: skip
"""Name -> its features; those of ``context`` belong to the visitor."""

REMOVABLE: tuple[str, ...] = tuple(FAMILIES)
"""Every name that may be left out. Sources have the names of `evidence.SOURCES`."""


def check_without(names: Collection[str]) -> None:
    """Raise ValueError with the known names if one of ``names`` is unknown.

    >>> check_without(["content", "contents"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: without: no 'contents' to leave out; known are next, together, ...
    """
    unknown = ", ".join(repr(name) for name in sorted(set(names) - set(REMOVABLE)))
    if unknown:
        known = ", ".join(REMOVABLE)
        raise ValueError(f"without: no {unknown} to leave out; known are {known}")


def columns_of(names: Collection[str], features: tuple[str, ...], *, context: bool) -> list[int]:
    """Return the columns of ``features`` that ``names`` switch off.

    >>> columns_of(["content"], ("next", "content"), context=False)
    [1]
    """
    gone = {f for name in names if (name == "context") == context for f in FAMILIES[name]}
    return [column for column, name in enumerate(features) if name in gone]
