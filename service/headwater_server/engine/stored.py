"""The state as a snapshot stores it: what was learned, and the versions that can read it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from headwater_server.engine.parts import Parts
from headwater_server.engine.snapshot import state

RIVER_VERSION = version("river")


def whole(parts: Parts, state_version: int) -> dict[str, Any]:
    """Return the state with its versions, as a tree of plain values."""
    return {
        "head": {"state_version": state_version, "river": RIVER_VERSION},
        # repeats and the names of those who set something teach nothing: not in the digest
        "repeated": parts.repeated,
        "settings_changes": parts.settings_history.state,
        "learned": parts.state(),
    }


def parts_of(captured: Iterable[tuple[str, Any]], state_version: int) -> Parts:
    """Return the parts that a capture of `whole` holds.

    Raises ValueError if another version of the state, or of River, wrote it.
    """
    tree = state.unflatten(captured)
    head = tree["head"]
    if (head["state_version"], head["river"]) != (state_version, RIVER_VERSION):
        raise ValueError(
            f"the snapshot holds state version {head['state_version']} made with River "
            f"{head['river']}; this build needs {state_version} and {RIVER_VERSION}"
        )
    try:
        return Parts.loaded(tree["learned"], tree["repeated"], tree.get("settings_changes", []))
    except KeyError as missing:
        raise ValueError(f"the snapshot holds no {missing}: rebuild from the log") from None
