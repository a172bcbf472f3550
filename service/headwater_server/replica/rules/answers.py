"""The answers about rules, each with the offset of its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from headwater_server.engine.auditing.trail import AuditEntry
from headwater_server.engine.rules.book import RuleChange
from headwater_server.engine.rules.previewing import DraftView, ListPreview
from headwater_server.engine.rules.views import RuleView

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """A rule, None if there is none now, and what of it fits nothing."""

    rule: RuleView | None
    warnings: tuple[str, ...]
    offset: str


@dataclass(frozen=True, slots=True)
class RulesAnswer:
    """All rules, the warnings of each by name, and the number of the latest change."""

    rules: Sequence[RuleView]
    warnings: Mapping[str, tuple[str, ...]]
    placements: Sequence[str]
    revision: int
    offset: str


@dataclass(frozen=True, slots=True)
class RuleChangesAnswer:
    """Changes, newest first."""

    changes: Sequence[RuleChange]
    offset: str


@dataclass(frozen=True, slots=True)
class PreviewAnswer:
    """What drafts would change, the titles of the items by id, and the lists' time."""

    drafts: Sequence[DraftView]
    lists: Sequence[ListPreview]
    time_ms: int
    offset: str
    titles: Titles = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """Entries of the audit log, newest first."""

    entries: Sequence[AuditEntry]
    offset: str
