"""Under which placement and policy a list counts on one day: names are bounded."""

from __future__ import annotations

from typing import Any, NamedTuple

OTHER = "other"
_RESERVED = ("all", OTHER)
NAMED_MAX = 65
"""Placements of a day that a backend named, and the empty one."""
PAGES_MAX = 16
"""Placements of a day that only pages named: anyone may make names up, and takes no other place."""
POLICIES_MAX = 33
"""Policies of a day, and the empty one: the settings in force."""


class Given(NamedTuple):
    """A list as it was reported: ``is_named``: a backend named its placement."""

    placement: str
    policy: str
    is_named: bool
    list_id: str


class GroupNames:
    """The names of one day; what has no place of its own counts as "other".

    >>> names = GroupNames()
    >>> names.group(Given("home", "bold", True, "r1")), names.group(Given("all", "", True, "r2"))
    (('home', 'bold', False), ('other', '', False))
    >>> [names.group(Given(f"p{n}", "", False, "r"))[0] for n in (*range(16), 99)][-2:]
    ['p15', 'other']
    """

    def __init__(self) -> None:
        self._named: dict[str, None] = {"": None}
        self._pages: dict[str, None] = {}
        self._policies: dict[str, None] = {"": None}

    def group(self, given: Given) -> tuple[str, str, bool]:
        """Return placement and policy, and whether a limit made one of them "other"."""
        placement, is_full = given.placement, False
        if placement in _RESERVED:
            placement = OTHER
        elif placement not in self._named and (given.is_named or placement not in self._pages):
            names, most = (self._named, NAMED_MAX) if given.is_named else (self._pages, PAGES_MAX)
            placement, is_full = _placed(names, placement, most)
        policy, is_over = given.policy, False
        if policy not in self._policies:
            policy, is_over = _placed(self._policies, policy, POLICIES_MAX)
        return placement, policy, is_full or is_over

    def state(self) -> dict[str, Any]:
        """Return all names, in order of their coming."""
        return {
            "named": [*self._named], "pages": [*self._pages], "policies": [*self._policies],
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._named, self._pages = dict.fromkeys(state["named"]), dict.fromkeys(state["pages"])
        self._policies = dict.fromkeys(state["policies"])


def _placed(names: dict[str, None], name: str, most: int) -> tuple[str, bool]:
    if len(names) >= most:
        return OTHER, True
    names[name] = None
    return name, False
