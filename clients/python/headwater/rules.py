"""Rules of the shop's editors, their changes, previews, and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from headwater.arms import ArmAssignment


class RuleSource(Enum):
    """Where a rule comes from: the settings, a promoted policy, or an editor."""

    UNSPECIFIED = "unspecified"
    SETTINGS = "settings"
    POLICY = "policy"
    EDITOR = "editor"


class RuleStatus(Enum):
    """Whether a rule is in force; see RuleStatus in rule.proto."""

    UNSPECIFIED = "unspecified"
    ACTIVE = "active"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"
    REPLACED = "replaced"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an editor wants in the lists; see Rule in rule.proto.

    ``kind`` is "pin" (``slot``, ``item_ids``), "boost" or "bury" (``by``, ``times``), "cap"
    (``most``, ``field``), "hide" (``event_types`` and ``days``, or neither), or "diversity"
    (``level``: "none" to "high", "auto"). Times need a timezone. The fields from ``revision`` on
    are only in answers.

    >>> Rule(name="new lamp", kind="pin", slot=1, item_ids=("lamp-77",), placements=("home",)).slot
    1
    """

    name: str
    kind: str
    filter: str = ""
    placements: tuple[str, ...] = ()
    start_time: datetime | None = None
    end_time: datetime | None = None
    slot: int = 0
    item_ids: tuple[str, ...] = ()
    by: float = 0.0
    times: float = 0.0
    most: int = 0
    field: str = ""
    event_types: tuple[str, ...] = ()
    days: float | None = None
    level: str = ""
    revision: int = 0
    source: RuleSource = RuleSource.UNSPECIFIED
    status: RuleStatus = RuleStatus.UNSPECIFIED
    who: str = ""
    update_time: datetime | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    overrides_settings: bool = False


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """The rule as it is now (None: there is none), and the offset of a state in which it is so."""

    rule: Rule | None
    offset: str


@dataclass(frozen=True, slots=True)
class RulePage:
    """A page of rules, and the number of the latest change of any rule."""

    rules: tuple[Rule, ...]
    revision: int
    placements: tuple[str, ...]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One change of one rule; ``before`` and ``after`` are None where there was none.

    `restore_rule` with ``previous_revision`` undoes it.
    """

    revision: int
    name: str
    change_time: datetime
    who: str
    reason: str
    before: Rule | None
    after: Rule | None
    previous_revision: int
    restored_revision: int | None
    to_settings: bool


@dataclass(frozen=True, slots=True)
class RuleChangePage:
    """A page of changes, newest first."""

    changes: tuple[RuleChange, ...]
    next_page_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleQuestion:
    """Whose list to show under drafts; without ``recommendation_id`` it is the best list."""

    visitor_id: str
    user_id: str = ""
    placement: str = ""
    page_size: int = 0
    context_item_ids: tuple[str, ...] = ()
    filter: str = ""
    recommendation_id: str = ""


@dataclass(frozen=True, slots=True)
class DraftPreview:
    """How many items pass a draft's filter (None: it has none), and what of it fits nothing."""

    name: str
    items_passing: int | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewedItem:
    """A slot of a list, and the rules that moved the item."""

    item_id: str
    title: str
    score: float
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleMove:
    """An item whose place differs; slots count from 1, and 0 is not in the list."""

    item_id: str
    title: str
    before: int
    after: int
    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ListPreview:
    """A visitor's list today and under the drafts, and what moved."""

    visitor_id: str
    placement: str
    before: tuple[PreviewedItem, ...]
    after: tuple[PreviewedItem, ...]
    moves: tuple[RuleMove, ...]
    arms: tuple[ArmAssignment, ...]
    note: str


@dataclass(frozen=True, slots=True)
class RulePreview:
    """What drafts would change; nothing was put in force."""

    drafts: tuple[DraftPreview, ...]
    lists: tuple[ListPreview, ...]
    preview_time: datetime
    offset: str


class AuditKind(Enum):
    """What kind of thing was changed; see AuditKind in audit_service.proto."""

    UNSPECIFIED = "unspecified"
    SETTING = "setting"
    RULE = "rule"
    POLICY = "policy"
    PROMOTION = "promotion"
    EXPERIMENT = "experiment"
    DELETION = "deletion"
    ERASURE = "erasure"
    BUILD = "build"
    QUARANTINE = "quarantine"
    KEY = "key"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who changed what, and when; it holds no person's data."""

    kind: AuditKind
    change_time: datetime
    who: str
    action: str
    subject: str
    old_value: str
    new_value: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit log, newest first."""

    entries: tuple[AuditEntry, ...]
    next_page_token: str
