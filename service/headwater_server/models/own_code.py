"""Code of the shop that a setting names: by import path, or by entry point of a package."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from headwater_server.errors import CodeMissing

RANKERS = "headwater.rankers"
"""The entry points of rankers that packages declare: ``mine = "my_shop.rankers:Mine"``."""


def load(name: str, group: str, setting: str, known: str, fix: str = "") -> Any:
    """Return what a name means. ``known`` says what else the setting takes, ``fix`` a remedy.

    Raises `CodeMissing`, which names the ``setting``.

    >>> load("math:sqrt", "headwater.features", "features", "price")(9.0)
    3.0
    >>> load("sqrt", "headwater.features", "features", "price")
    Traceback (most recent call last):
    headwater_server.errors.CodeMissing: features: 'sqrt' is none of price, an import path such as \
my_shop.code:thing, or an entry point of the group headwater.features
    """
    found = entry_points(group=group, name=name)
    if not found and ":" not in name:
        raise CodeMissing(f"{setting}: {name!r} is none of {known}, {_places(group)}{fix}")
    entry = next(iter(found)) if found else EntryPoint(name, name, group)
    try:
        return entry.load()
    except Exception as error:  # noqa: BLE001 - a module may raise anything while it is imported
        why = f"{type(error).__name__}: {error}"
        raise CodeMissing(f"{setting}: {name} cannot be imported: {why}") from None


def _places(group: str) -> str:
    names = sorted({one.name for one in entry_points(group=group)})
    installed = f"; installed: {', '.join(names)}" if names else ""
    path = "an import path such as my_shop.code:thing"
    return f"{path}, or an entry point of the group {group}{installed}"
