"""What editors wrote: the latest version of each rule, and the changes that led to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any

from headwater_server.engine.snapshot.state import Deferred

CHANGES_MAX = 1_000
CHANGES_CHARS_MAX = 2_000_000
"""Of the rules in all changes together: with more, the oldest changes are forgotten."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A rule as an editor left it, as JSON; "" is a rule of the settings that was deleted."""

    name: str
    rule: str
    revision: int
    time_ms: int
    who: str
    reason: str = ""

    @property
    def value(self) -> dict[str, Any]:
        """The rule as an object; only of one that was not deleted."""
        found: dict[str, Any] = json.loads(self.rule)
        return found

    def but(self, rule: str) -> Edit:
        """Return the same with another rule."""
        return replace(self, rule=rule)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One change of one rule; ``before`` and ``after`` are JSON, "" where there was none.

    ``previous_revision``: that of the change before, 0 where the settings' rule counted.
    ``to_settings``: what editors wrote was forgotten. ``restores``: the revision that was brought
    back, -1 if none was.
    """

    revision: int
    name: str
    time_ms: int
    who: str
    reason: str
    before: str
    after: str
    previous_revision: int = 0
    to_settings: bool = False
    restores: int = -1


_EDIT = attrgetter(*(field.name for field in fields(Edit)))
_CHANGE = attrgetter(*(field.name for field in fields(RuleChange)))


class RuleBook:
    """The edits by name, in the order in which the rules were first written.

    >>> book = RuleBook()
    >>> text = canonical({"name": "two", "kind": "cap", "field": "brand", "most": 2})
    >>> book.write(Edit("two", text, book.next_revision, 5, "ann"), before="")
    >>> [rule["most"] for rule in over([], book.edits.values())]
    [2]
    >>> book.revision_of("two"), book.revision_of("three"), book.changes[0].who
    (1, 0, 'ann')
    """

    def __init__(self) -> None:
        self.revision = 0
        self.edits: dict[str, Edit] = {}
        self.changes: list[RuleChange] = []
        self.replaced: list[int] = []
        """The revision at which each promoted policy was promoted, in the order of the stack."""

    @property
    def is_used(self) -> bool:
        """Whether an editor has written anything so far."""
        return bool(self.revision)

    @property
    def next_revision(self) -> int:
        """The number of the next change."""
        return self.revision + 1

    def revision_of(self, name: str) -> int:
        """Return the revision of the latest version of a rule, 0 if no editor's counts."""
        edit = self.edits.get(name)
        return edit.revision if edit else 0

    def write(self, edit: Edit, *, before: str, restores: int = -1) -> None:
        """Keep an edit, and its change."""
        self._note(edit, before, edit.rule, restores=restores)
        self.edits[edit.name] = edit

    def forget(self, edit: Edit, *, before: str, restores: int = -1) -> None:
        """Forget what editors wrote of a rule; ``edit`` says who, and what counts from now on."""
        self._note(edit, before, edit.rule, to_settings=True, restores=restores)
        self.edits.pop(edit.name, None)

    def _note(
        self, edit: Edit, before: str, after: str, *, to_settings: bool = False, restores: int = -1
    ) -> None:
        of = edit.revision, edit.name, edit.time_ms, edit.who, edit.reason, before, after
        previous = self.revision_of(edit.name)
        self.changes.append(RuleChange(*of, previous, to_settings, restores))
        self.revision = edit.revision
        self._shorten()

    def _shorten(self) -> None:
        del self.changes[:-CHANGES_MAX]
        chars = sum(len(one.before) + len(one.after) for one in self.changes)
        while chars > CHANGES_CHARS_MAX:
            gone = self.changes.pop(0)
            chars -= len(gone.before) + len(gone.after)

    def follow(self, promoted: int) -> None:
        """Note that a policy was promoted or taken back: so many are promoted now."""
        self.replaced = [*self.replaced, self.revision][:promoted]

    def version(self, name: str, revision: int) -> RuleChange | None:
        """Return the change that made a rule's revision, None if it is not kept any more."""
        found = (one for one in self.changes if (one.name, one.revision) == (name, revision))
        return next(found, None)

    @property
    def branch(self) -> dict[str, Any]:
        """The branch of the state, none as long as nothing was written."""
        if not self.is_used:
            return {}
        edits, changes = tuple(self.edits.values()), tuple(self.changes)  # which never change
        return {
            "rules": {
                "revision": self.revision,
                "replaced": list(self.replaced),
                "edits": Deferred(lambda: [list(_EDIT(one)) for one in edits]),
                "changes": Deferred(lambda: [list(_CHANGE(one)) for one in changes]),
            }
        }

    def load(self, state: Mapping[str, Any], promoted: int) -> None:
        """Replace all by what `branch` returned, within the tree of the state."""
        found = state.get("rules", {"revision": 0, "replaced": [], "edits": [], "changes": []})
        self.revision, self.replaced = found["revision"], list(found["replaced"])
        self.replaced += [0] * (promoted - len(self.replaced))  # before anything was written
        self.edits = {values[0]: Edit(*values) for values in found["edits"]}
        self.changes = [RuleChange(*values) for values in found["changes"]]


def canonical(rule: Mapping[str, Any]) -> str:
    """Return one text for equal rules: JSON with sorted keys."""
    return json.dumps(rule, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def over(rules: Sequence[Mapping[str, Any]], edits: Iterable[Edit]) -> list[dict[str, Any]]:
    """Return rules with edits over them.

    A rule that editors changed keeps its place; what they added comes first, so that of two rules
    of which the first decides, theirs does.
    """
    written = {edit.name: edit for edit in edits}
    names = {rule["name"] for rule in rules}
    added = [edit for name, edit in written.items() if name not in names]
    found = [edit.value for edit in added if edit.rule]
    for rule in rules:
        edit = written.get(rule["name"])
        if edit is None:
            found.append(dict(rule))
        elif edit.rule:
            found.append(edit.value)
    return found
