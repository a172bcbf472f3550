"""What an operation on policies or experiments would do: pure, so it can be asked before the write.

Applying asks the same again: a log that anybody wrote cannot do what is refused here.
"""

from __future__ import annotations

import json

from headwater_server.engine.experiments import checks
from headwater_server.engine.experiments.comparing import blockers
from headwater_server.engine.experiments.experiments import Experiments
from headwater_server.engine.experiments.judgement import DONE, Judgement, before, forbidden, wrong
from headwater_server.engine.experiments.judging_experiments import judged_experiment
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.messages.experiments import (
    ExperimentStop,
    ExperimentWrite,
    PolicyOperation,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
)
from headwater_server.engine.policies.policy import BASELINES, Policy
from headwater_server.engine.settings import EngineSettings

_NO_SETTINGS = (
    "is there to be compared with, and has no settings that could be in force: promote a policy "
    "that was written"
)


def value_refusal(operation: PolicyOperation) -> str:
    """Return what is wrong with an operation, whatever the state is; "" if nothing is.

    >>> value_refusal(PolicyWrite("bold", '{"rewards": {}}'))
    'rewards: changes what the state means: use a shadow'
    """
    who = checks.text_refusal("who", operation.who)
    match operation:
        case PolicyWrite():
            return who or _policy_refusal(operation)
        case PolicyPromote():
            if operation.policy_id in BASELINES:
                return f"policy_id: {operation.policy_id} {_NO_SETTINGS}"
            texts = ("force_reason", "report_digest", "experiment_id", "arm_id", "policy_id")
            found = (checks.text_refusal(name, getattr(operation, name)) for name in texts)
            return who or next(filter(None, found), "")
        case ExperimentWrite():
            return who or checks.experiment_refusal(operation.experiment)
        case ExperimentStop():
            return who or checks.text_refusal("reason", operation.reason, required=True)
        case _:
            return who or checks.text_refusal("reason", operation.reason)


def _policy_refusal(write: PolicyWrite) -> str:
    if write.policy_id in BASELINES:
        return f"policy_id: {write.policy_id} is there always: use another id"
    if len(write.overrides) > checks.OVERRIDES_CHARS_MAX:
        return f"overrides: are longer than {checks.OVERRIDES_CHARS_MAX:,} characters"
    try:
        policy_of(write)
    except ValueError as error:
        return str(error)
    return ""


def policy_of(write: PolicyWrite) -> Policy:
    """Return the policy that is written. Raises ValueError with the field and the fix."""
    try:
        overrides = json.loads(write.overrides)
    except (ValueError, RecursionError):
        raise ValueError("overrides: are not JSON; write an object of settings by name") from None
    return Policy(write.policy_id, overrides)


def judged(
    experiments: Experiments, settings: EngineSettings, operation: PolicyOperation, now_ms: int
) -> Judgement:
    """Return what the operation does to these experiments under the ``settings`` in force."""
    if refusal := value_refusal(operation):
        return wrong(refusal)
    match operation:
        case PolicyWrite():
            return _judged_policy(experiments, settings, operation)
        case PolicyPromote():
            return _judged_promotion(experiments, settings, operation)
        case PolicyRollback():
            return _judged_rollback(experiments, operation)
        case ExperimentWrite():
            return judged_experiment(experiments, settings, operation.experiment, now_ms)
        case _:
            return _judged_stop(experiments, operation)


def _judged_policy(
    experiments: Experiments, settings: EngineSettings, write: PolicyWrite
) -> Judgement:
    name, policy = write.policy_id, policy_of(write)
    present = experiments.policies.get(name)
    if problem := policy.lacks(settings):
        return wrong(problem)
    if present == policy:
        return before("policy_id: the policy is kept already")
    if present is None:
        if len(experiments.policies) >= checks.POLICIES_MAX:
            return forbidden(
                f"policy_id: {checks.POLICIES_MAX} policies are kept; write one of them again"
            )
        return DONE
    if any(one.policy_id == name for one in experiments.policies.promoted):
        return forbidden(f"policy_id: {name} is promoted: roll it back, or use another id")
    for running in experiments.active:
        if any(arm.policy_id == name for arm in running.experiment.arms):
            answers = running.experiment.experiment_id
            return forbidden(
                f"policy_id: {name} answers in the experiment {answers}: use another id"
            )
    return DONE


def _judged_promotion(
    experiments: Experiments, settings: EngineSettings, promote: PolicyPromote
) -> Judgement:
    name, policies = promote.policy_id, experiments.policies
    policy = policies.get(name)
    if policy is None:
        return wrong(f"policy_id: there is no policy {name[:64]!r}: write it first")
    if policies.promoted and policies.promoted[-1].policy_id == name:
        return before("policy_id: it is the last promoted one already")
    if len(policies.promoted) >= checks.PROMOTED_MAX:
        return forbidden(
            f"policy_id: {checks.PROMOTED_MAX} policies are promoted: roll some back, and write "
            "what they say into the settings"
        )
    try:
        policy.over(settings)
    except ValueError as error:
        return wrong(str(error))
    if promote.force_reason.strip() and not promote.experiment_id:
        return DONE
    return _judged_proof(experiments, promote, policy)


def _judged_proof(experiments: Experiments, promote: PolicyPromote, policy: Policy) -> Judgement:
    """Return whether the experiment that is named proves the policy, or it is forced."""
    if not promote.experiment_id:
        return forbidden(
            "experiment_id: is empty; name the experiment and the arm that prove the policy, or "
            "write a force_reason"
        )
    running = experiments.by_id.get(promote.experiment_id)
    if running is None:
        return wrong(f"experiment_id: there is no experiment {promote.experiment_id[:64]!r}")
    arm = place_of(running, promote.arm_id)
    if arm < 0:
        return wrong(f"arm_id: the experiment has no arm {promote.arm_id[:64]!r}")
    if running.experiment.arms[arm].policy_id != promote.policy_id:
        return wrong("arm_id: this arm answers by another policy")
    if promote.force_reason.strip():
        return DONE
    found = blockers(running, arm)
    if running.policies[arm] != policy:
        found.append("policy_id: was written again since the experiment: it is another policy")
    return forbidden(*found) if found else DONE


def _judged_rollback(experiments: Experiments, rollback: PolicyRollback) -> Judgement:
    promoted, name = experiments.policies.promoted, rollback.policy_id
    if not promoted:
        return forbidden("policy_id: nothing is promoted, at any placement; nothing to roll back")
    if name and all(one.policy_id != name for one in promoted):
        last = promoted[-1].policy_id
        return forbidden(f"policy_id: it is not promoted; {last} is, and was promoted last")
    if name and promoted[-1].policy_id != name:
        return forbidden(
            f"policy_id: {promoted[-1].policy_id} was promoted later: roll that one back first"
        )
    return DONE


def _judged_stop(experiments: Experiments, stop: ExperimentStop) -> Judgement:
    running = experiments.by_id.get(stop.experiment_id)
    if running is None:
        return wrong(f"experiment_id: there is no experiment {stop.experiment_id[:64]!r}")
    arm = place_of(running, stop.arm_id) if stop.arm_id else -1
    if stop.arm_id and arm < 0:
        return wrong(f"arm_id: the experiment has no arm {stop.arm_id[:64]!r}")
    if arm == 0:
        return wrong("arm_id: control cannot be closed: leave arm_id out to stop the experiment")
    if running.stop_ms:
        return before("experiment_id: it is over already")
    return before("arm_id: it is closed already") if arm in running.closed else DONE


def place_of(running: Running, arm_id: str) -> int:
    """Return the place of an arm, -1 if there is none of this id."""
    places = (n for n, arm in enumerate(running.experiment.arms) if arm.arm_id == arm_id)
    return next(places, -1)
