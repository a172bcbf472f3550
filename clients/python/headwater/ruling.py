"""Rules and the audit log, for threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from headwater import rule_calls as calls
from headwater.channel import FEEDBACK_TIMEOUT_S
from headwater.connection import Connection
from headwater.rules import (
    AuditEntry,
    AuditKind,
    Rule,
    RuleAnswer,
    RuleChange,
    RulePreview,
    RuleQuestion,
)

ENTRIES_A_PAGE = 100


class Rules(Connection):
    """Rules of the shop's editors. The key needs the scope ``rules``, or ``read`` to read them.

    Every call may be repeated: what was done already is not done twice. With ``revision``, a write
    raises `AbortedError` if somebody has changed the rule since it had that revision.
    """

    def list_rules(
        self, *, min_offset: str = "", timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> Iterator[Rule]:
        """Yield all rules, those in force first, in the order in which they count."""
        token = ""
        while True:
            page = self._make(calls.list_rules(ENTRIES_A_PAGE, token, min_offset), timeout_s)
            yield from page.rules
            token = page.next_page_token
            if not token:
                return

    def upsert_rule(
        self,
        rule: Rule,
        *,
        revision: int | None = None,
        reason: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> RuleAnswer:
        """Put a rule in force; its ``warnings`` name what nobody knows. Returns when it is."""
        return self._make(calls.upsert_rule(rule, revision, reason), timeout_s)

    def delete_rule(
        self,
        name: str,
        *,
        revision: int | None = None,
        reason: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> str:
        """Delete a rule, also one of the settings; return the offset of a state without it."""
        return self._make(calls.delete_rule(name, revision, reason), timeout_s)

    def list_rule_changes(
        self, name: str = "", *, min_offset: str = "", timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> Iterator[RuleChange]:
        """Yield the changes that are kept, newest first, of one rule or of all."""
        token = ""
        while True:
            call = calls.list_rule_changes(name, ENTRIES_A_PAGE, token, min_offset)
            page = self._make(call, timeout_s)
            yield from page.changes
            token = page.next_page_token
            if not token:
                return

    def restore_rule(
        self,
        name: str,
        to_revision: int,
        *,
        revision: int | None = None,
        reason: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> RuleAnswer:
        """Make a rule what it was at a revision; 0: what the settings say, or none."""
        call = calls.restore_rule(name, to_revision, revision, reason)
        return self._make(call, timeout_s)

    def preview_rules(
        self,
        drafts: Iterable[Rule] = (),
        *,
        delete_names: Iterable[str] = (),
        questions: Iterable[RuleQuestion] = (),
        preview_time: datetime | None = None,
        min_offset: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> RulePreview:
        """Return visitors' lists under drafts beside today's; nothing is put in force."""
        call = calls.preview_rules(drafts, delete_names, questions, preview_time, min_offset)
        return self._make(call, timeout_s)

    def list_audit_entries(
        self,
        kinds: Iterable[AuditKind] = (),
        *,
        who: str = "",
        min_offset: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> Iterator[AuditEntry]:
        """Yield who changed what, newest first; the key needs the scope ``audit`` or ``read``."""
        kinds, token = list(kinds), ""
        while True:
            call = calls.list_audit_entries(kinds, who, ENTRIES_A_PAGE, token, min_offset)
            page = self._make(call, timeout_s)
            yield from page.entries
            token = page.next_page_token
            if not token:
                return
