"""What the audit log says of each operation."""

from __future__ import annotations

from headwater_server.engine.auditing import trail
from headwater_server.engine.auditing.trail import AuditTrail
from headwater_server.engine.messages.entries import (
    REPLAY_BEGINS,
    Build,
    ItemDelete,
    KeyChange,
    Operation,
    QuarantineChange,
    SessionEnd,
    UserErase,
)
from headwater_server.engine.messages.experiments import (
    ExperimentStop,
    ExperimentWrite,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
)
from headwater_server.engine.messages.rules import RuleDelete, RuleWrite
from headwater_server.engine.rules.book import RuleBook
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.settings_history import changed_settings


def note(audit: AuditTrail, operation: Operation, time_ms: int) -> None:
    """Note an operation that was done; most kinds are nothing for the audit log."""
    match operation:
        case ItemDelete(item_id=name, who=who):
            audit.note(trail.DELETION, time_ms, who, "deleted", name)
        case UserErase(who=who):
            count = len(operation.visitor_ids) + bool(operation.user_id)
            what = "an account with its visitors" if operation.user_id else "a visitor"
            audit.note(trail.ERASURE, time_ms, who, "erased", what, count=count)
        case Build():
            text = f"{operation.version}, state {operation.state_version}, River {operation.river}"
            audit.note(trail.BUILD, time_ms, "", "started", text)
        case QuarantineChange(who=who, action=action, events=count):
            words = {REPLAY_BEGINS: "replaying", "replay": "replayed", "drop": "dropped"}
            done = words.get(action, action)
            learned = f", {operation.learned:,} of them learned" if action == "replay" else ""
            audit.note(
                trail.QUARANTINE, time_ms, who, done, f"quarantined events{learned}", count=count
            )
        case PolicyWrite(policy_id=name, who=who):
            audit.note(trail.POLICY, time_ms, who, "written", name, new=operation.overrides)
        case PolicyPromote(policy_id=name, who=who):
            reason = operation.force_reason or _proof(operation)
            audit.note(trail.PROMOTION, time_ms, who, "promoted", name, reason=reason)
        case PolicyRollback(policy_id=name, who=who):
            audit.note(
                trail.PROMOTION, time_ms, who, trail.TAKEN_BACK, name, reason=operation.reason
            )
        case ExperimentWrite(experiment=experiment, who=who):
            name, new = experiment.experiment_id, experiment.canonical()
            audit.note(trail.EXPERIMENT, time_ms, who, "written", name, new=new)
        case ExperimentStop(experiment_id=name, who=who):
            arm = f", arm {operation.arm_id}" if operation.arm_id else ""
            audit.note(
                trail.EXPERIMENT, time_ms, who, "stopped", f"{name}{arm}", reason=operation.reason
            )


def note_access(audit: AuditTrail, operation: KeyChange | SessionEnd, time_ms: int) -> None:
    """Note which keys open the servers now, or whose session has ended."""
    who = operation.who
    if isinstance(operation, SessionEnd):
        has_ended = audit.access.has_ended(operation.session_id)
        audit.access.end(operation.session_id, operation.until_ms, time_ms)
        if not has_ended:
            audit.note(trail.SESSION, time_ms, who, "signed out", "a session")
    elif operation.action:
        audit.note(trail.KEY, time_ms, who, operation.action, operation.subject)
    else:
        for one in audit.access.put_keys(operation.keys):
            audit.note(trail.KEY, time_ms, who, one.action, one.subject, old=one.old, new=one.new)


def note_rule(audit: AuditTrail, operation: RuleWrite | RuleDelete, book: RuleBook) -> None:
    """Note the change that the book has made last."""
    change = book.changes[-1]
    action = "written" if isinstance(operation, RuleWrite) else "deleted"
    action = action if operation.restores is None else "restored"
    of = change.time_ms, change.who, action, change.name
    audit.note(trail.RULE, *of, old=change.before, new=change.after, reason=change.reason)


def note_settings(
    audit: AuditTrail, old: EngineSettings, new: EngineSettings, who: str, time_ms: int
) -> None:
    """Note each setting that an entry changed."""
    for name, before, after in changed_settings(old, new):
        audit.note(trail.SETTING, time_ms, who, "set", name, old=before, new=after)


def _proof(promote: PolicyPromote) -> str:
    return f"experiment {promote.experiment_id}, arm {promote.arm_id}"
