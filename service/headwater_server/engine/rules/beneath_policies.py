"""What an operation on policies does to the rules that editors wrote: a rollback uncovers rules."""

from __future__ import annotations

from dataclasses import replace

from headwater_server.engine.experiments.judgement import Judgement, forbidden
from headwater_server.engine.experiments.judging import judged
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.experiments import PolicyOperation, PolicyRollback
from headwater_server.engine.parts import Parts


def judged_in(parts: Parts, operation: PolicyOperation, now_ms: int) -> Judgement:
    """Return what the operation does to the state: also to the rules that editors wrote."""
    judgement = judged(parts.experiments, parts.settings, operation, now_ms)
    if judgement.status is Status.CREATED and isinstance(operation, PolicyRollback):
        state = parts.rule_state
        try:
            replace(state, promoted=state.promoted[:-1]).settings()
        except ValueError as error:
            return forbidden(f"policy_id: without it, {error}: delete some of editors' rules first")
    return judgement
