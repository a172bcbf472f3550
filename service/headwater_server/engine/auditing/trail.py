"""The audit log: the last changes of each kind.

It is kept beside what was learned, so it is in snapshots but not in the digest. The log and its
archive have every change; this is what can be read at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from heapq import merge
from itertools import chain
from operator import attrgetter
from typing import Any

from headwater_server.engine.auditing.access import AccessState
from headwater_server.engine.settings_history import shortened
from headwater_server.engine.snapshot.state import Deferred

ENTRIES_MAX = 500
"""Of each kind, so that many deletions or sign-outs take no place from changes of rules or keys."""
(
    SETTING, RULE, POLICY, PROMOTION, EXPERIMENT, DELETION, ERASURE, BUILD,
    QUARANTINE, KEY, SESSION,
) = KINDS = (
    "setting", "rule", "policy", "promotion", "experiment", "deletion", "erasure", "build",
    "quarantine", "key", "session",
)  # fmt: skip
TAKEN_BACK = "taken back"
"""The action of a promotion that was rolled back."""
SUBJECT_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change; ``number`` counts all of them. ``old`` and ``new`` are JSON or "".

    ``subject`` names what was changed, never a person. ``count``: how many at once.
    """

    number: int
    kind: str
    time_ms: int
    who: str
    action: str
    subject: str = ""
    old: str = ""
    new: str = ""
    reason: str = ""
    count: int = 1


_VALUES = attrgetter(*(field.name for field in fields(AuditEntry)))


class AuditTrail:
    """Keeps the entries by kind, oldest first.

    >>> trail = AuditTrail()
    >>> trail.note(DELETION, 5, "ann", "deleted", "tent")
    >>> trail.note(DELETION, 5, "ann", "deleted", "lamp")
    >>> [(one.subject, one.count) for one in trail.newest()]
    [('tent, lamp', 2)]
    """

    def __init__(self) -> None:
        self._entries: dict[str, list[AuditEntry]] = {}
        self._number = 0
        self.access = AccessState()

    def note(
        self, kind: str, time_ms: int, who: str, action: str, subject: str = "", **more: Any
    ) -> None:
        """Keep an entry; deletions of one author at one time become one entry."""
        kept = self._entries.setdefault(kind, [])
        same = (time_ms, who, action)
        if kind == DELETION and kept and (kept[-1].time_ms, kept[-1].who, kept[-1].action) == same:
            kept[-1] = _joined(kept[-1], subject)
            return
        self._number += 1
        for name in {"old", "new", "reason"} & more.keys():
            more[name] = shortened(more[name])
        of = self._number, kind, time_ms, shortened(who), action, shortened(subject)
        kept.append(AuditEntry(*of, **more))
        del kept[:-ENTRIES_MAX]

    def newest(
        self, kinds: Collection[str] = KINDS, before: int | None = None, who: str = ""
    ) -> Iterator[AuditEntry]:
        """Yield entries, newest first, those before a number, of these kinds and this author."""
        lists = [reversed(kept) for kind, kept in self._entries.items() if kind in kinds]
        for one in merge(*lists, key=lambda one: -one.number):
            if (before is None or one.number < before) and who in ("", one.who):
                yield one

    def state(self) -> dict[str, Any]:
        """Return the access, and the entries: they never change, so a thread may write them."""
        number, kept = self._number, [*map(tuple, self._entries.values())]

        def write() -> list[list[Any]]:
            newest = sorted(chain(*kept), key=lambda one: -one.number)
            return [[number], *(list(_VALUES(one)) for one in newest)]

        return {"entries": Deferred(write), "access": self.access.state()}

    def load(self, state: dict[str, Any]) -> None:
        """Replace entries and access by what `state` returned."""
        self.access.load(state["access"])
        self._entries, entries = {}, state["entries"]
        self._number = entries[0][0]
        for values in reversed(entries[1:]):
            one = AuditEntry(*values)
            self._entries.setdefault(one.kind, []).append(one)


def _joined(entry: AuditEntry, subject: str) -> AuditEntry:
    names = f"{entry.subject}, {subject}"
    if len(names) > SUBJECT_CHARS_MAX:
        names = entry.subject if entry.subject.endswith("…") else f"{entry.subject}, …"
    return replace(entry, subject=names, count=entry.count + 1)
