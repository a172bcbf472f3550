"""What can be left out of the engine by name, so that its worth can be measured.

`EngineSettings.without` names some of `REMOVABLE`. A name stands for a source, whose candidates
are then not proposed, and for a family of features, which are then constantly 0. The models go on
learning, so that taking a name out of the setting again brings everything back at once.
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
    "context": (
        "history", "session_length", "gap", "new_session", "latest_touches", "empty",
        "mean_touches", "mean_age",
    ),
}  # fmt: skip
"""Name -> the features that it stands for; those of ``context`` are of the visitor."""

REMOVABLE: tuple[str, ...] = tuple(FAMILIES)
"""Every name that may be left out. Sources are called what `evidence.SOURCES` calls them."""


def check_without(names: Collection[str]) -> None:
    """Raise ValueError, telling the known names, if one of ``names`` is unknown.

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
    """Return the columns of ``features`` that ``names`` take away.

    >>> columns_of(["content"], ("next", "content"), context=False)
    [1]
    """
    gone = {f for name in names if (name == "context") == context for f in FAMILIES[name]}
    return [column for column, name in enumerate(features) if name in gone]
