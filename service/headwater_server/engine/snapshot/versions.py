"""The versions that a snapshot is stored with, so that another build does not misread it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from headwater_server.engine.snapshot import state

RIVER_VERSION = version("river")


def stamped(tree: dict[str, Any], state_version: int) -> dict[str, Any]:
    """Return a state with the versions that can read it."""
    return {"head": {"state_version": state_version, "river": RIVER_VERSION}, **tree}


def checked(captured: Iterable[tuple[str, Any]], state_version: int) -> dict[str, Any]:
    """Return the state that a capture of `stamped` holds.

    Raises ValueError if another version of the state, or of River, wrote it.
    """
    tree: dict[str, Any] = state.unflatten(captured)
    head = tree["head"]
    if (head["state_version"], head["river"]) != (state_version, RIVER_VERSION):
        raise ValueError(
            f"the snapshot holds state version {head['state_version']} made with River "
            f"{head['river']}; this build needs {state_version} and {RIVER_VERSION}"
        )
    return tree
