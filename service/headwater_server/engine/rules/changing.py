"""What an operation on rules changes in the parts."""

from __future__ import annotations

from headwater_server.engine.auditing.noting import note_rule
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import CREATED, Status
from headwater_server.engine.messages.rules import RuleOperation
from headwater_server.engine.parts import Applied, Parts
from headwater_server.engine.rules.book import canonical
from headwater_server.engine.rules.judging import RuleState, edit_of, forgets, judged_rule


def changing(parts: Parts, operation: RuleOperation, entry: Entry) -> Applied:
    """Apply an operation; what is refused leaves no trace, not of time either."""
    now_ms = parts.time_ms(entry)
    judgement = judged_rule(parts.rule_state, operation, now_ms)
    if judgement.status is not Status.CREATED:
        return judgement.outcome
    yield from parts.advancing(now_ms)
    write(parts.rule_state, operation, now_ms)
    note_rule(parts.audit, operation, parts.rules)
    parts.answer_in_force()
    return CREATED


def write(state: RuleState, operation: RuleOperation, now_ms: int) -> None:
    """Do what was judged to be allowed, in the book alone."""
    edit, before = edit_of(state, operation, now_ms), text_of(state, operation.name)
    restores = -1 if operation.restores is None else operation.restores
    if forgets(state, operation):
        after = state.base.get(operation.name)
        edit = edit.but(canonical(after) if after else "")
        state.book.forget(edit, before=before, restores=restores)
    else:
        state.book.write(edit, before=before, restores=restores)


def text_of(state: RuleState, name: str) -> str:
    """Return the rule of a name that counts now, as JSON; "" if there is none."""
    edit = state.book.edits.get(name)
    if edit and state.counts(edit):
        return edit.rule
    rule = state.base.get(name)
    return canonical(rule) if rule else ""
