"""Which actions a slot may take so that every later slot still gets one of its own."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet


def spare(actions: Sequence[str], excluded: Sequence[AbstractSet[str]]) -> list[str]:
    """Return the actions without which each slot can still have another one.

    ``excluded``: what each slot may not show. Augmenting paths: H. Kuhn, "The Hungarian method for
    the assignment problem", 1955; one whole assignment, then one path for each action in use.

    >>> spare(["tea", "cake", "soup"], [set(), {"cake"}])
    ['tea', 'cake', 'soup']
    >>> spare(["tea", "cake"], [{"cake"}]), spare(["cake"], [{"cake"}])
    (['cake'], [])
    """
    holder: dict[str, int] = {}
    if not all(_place(slot, actions, excluded, holder, set()) for slot in range(len(excluded))):
        return []
    found = []
    for name in actions:
        others = {one: slot for one, slot in holder.items() if one != name}
        if name not in holder or _place(holder[name], actions, excluded, others, {name}):
            found.append(name)
    return found


def _place(
    slot: int,
    actions: Sequence[str],
    excluded: Sequence[AbstractSet[str]],
    holder: dict[str, int],
    seen: set[str],
) -> bool:
    """Give the slot an action, moving others if that is needed; return whether it has one."""
    for name in actions:
        if name in seen or name in excluded[slot]:
            continue
        seen.add(name)
        if name not in holder or _place(holder[name], actions, excluded, holder, seen):
            holder[name] = slot
            return True
    return False
