"""What an operation on policies or experiments would do: pure, so it can be asked before the write.

Applying asks the same again: a log that anybody wrote cannot do what is refused here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from headwater_server.engine.experiments import checks
from headwater_server.engine.experiments.comparing import blockers
from headwater_server.engine.experiments.experiments import Experiments
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.experiments.units import PARTS, allotted, free_parts
from headwater_server.engine.messages.events import CREATED, Outcome, Status
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentStop,
    ExperimentWrite,
    PolicyOperation,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
)
from headwater_server.engine.policies.policy import ANSWERING, BASELINES, Policy
from headwater_server.engine.settings import EngineSettings

MAY_CHANGE = frozenset({"end_time_ms", "visitors_max", "guard_rails", "auto_promote"})
"""Of an experiment that has begun; all else is frozen."""
_PUBLIC = {"start_time_ms": "start_time", "end_time_ms": "end_time"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What would happen, and why not.

    CREATED: it is done. EXISTS: it was done before. CONFLICT: the state forbids it, for each of the
    reasons. QUARANTINED: a value is wrong, or names what is not there.
    """

    status: Status
    reasons: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The same, as the outcome of an operation."""
        if self.status is Status.CREATED:
            return CREATED
        return Outcome(self.status, "; ".join(self.reasons))


_DONE = Judgement(Status.CREATED)


def _before(reason: str) -> Judgement:
    return Judgement(Status.EXISTS, (reason,))


def _forbidden(*reasons: str) -> Judgement:
    return Judgement(Status.CONFLICT, reasons)


def _wrong(reason: str) -> Judgement:
    return Judgement(Status.QUARANTINED, (reason,))


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
        return _wrong(refusal)
    match operation:
        case PolicyWrite():
            return _judged_policy(experiments, operation)
        case PolicyPromote():
            return _judged_promotion(experiments, settings, operation)
        case PolicyRollback():
            return _judged_rollback(experiments, operation)
        case ExperimentWrite():
            return _judged_experiment(experiments, operation.experiment, now_ms)
        case _:
            return _judged_stop(experiments, operation)


def _judged_policy(experiments: Experiments, write: PolicyWrite) -> Judgement:
    name, policy = write.policy_id, policy_of(write)
    present = experiments.policies.get(name)
    if present == policy:
        return _before("policy_id: the policy is kept already")
    if present is None:
        if len(experiments.policies) >= checks.POLICIES_MAX:
            return _forbidden(
                f"policy_id: {checks.POLICIES_MAX} policies are kept; write one of them anew"
            )
        return _DONE
    if any(one.policy_id == name for one in experiments.policies.promoted):
        return _forbidden(f"policy_id: {name} is promoted: roll it back, or use another id")
    for running in experiments.active:
        if any(arm.policy_id == name for arm in running.experiment.arms):
            answers = running.experiment.experiment_id
            return _forbidden(
                f"policy_id: {name} answers in the experiment {answers}: use another id"
            )
    return _DONE


def _judged_promotion(
    experiments: Experiments, settings: EngineSettings, promote: PolicyPromote
) -> Judgement:
    name, policies = promote.policy_id, experiments.policies
    policy = policies.get(name)
    if policy is None:
        return _wrong(f"policy_id: there is no policy {name[:64]!r}: write it first")
    if policies.promoted and policies.promoted[-1].policy_id == name:
        return _before("policy_id: it is the last promoted one already")
    if len(policies.promoted) >= checks.PROMOTED_MAX:
        return _forbidden(
            f"policy_id: {checks.PROMOTED_MAX} policies are promoted: roll some back, and write "
            "what they say into the settings"
        )
    try:
        policy.over(settings)
    except ValueError as error:
        return _wrong(str(error))
    if promote.force_reason.strip() and not promote.experiment_id:
        return _DONE
    return _judged_proof(experiments, promote, policy)


def _judged_proof(experiments: Experiments, promote: PolicyPromote, policy: Policy) -> Judgement:
    """Return whether the experiment that is named proves the policy, or it is forced."""
    if not promote.experiment_id:
        return _forbidden(
            "experiment_id: is empty; name the experiment and the arm that prove the policy, or "
            "write a force_reason"
        )
    running = experiments.by_id.get(promote.experiment_id)
    if running is None:
        return _wrong(f"experiment_id: there is no experiment {promote.experiment_id[:64]!r}")
    arm = place_of(running, promote.arm_id)
    if arm < 0:
        return _wrong(f"arm_id: the experiment has no arm {promote.arm_id[:64]!r}")
    if running.experiment.arms[arm].policy_id != promote.policy_id:
        return _wrong("arm_id: this arm answers by another policy")
    if promote.force_reason.strip():
        return _DONE
    found = blockers(running, arm)
    if running.policies[arm] != policy:
        found.append("policy_id: was written anew since the experiment: it is another policy")
    return _forbidden(*found) if found else _DONE


def _judged_rollback(experiments: Experiments, rollback: PolicyRollback) -> Judgement:
    promoted, name = experiments.policies.promoted, rollback.policy_id
    if not promoted or (name and all(one.policy_id != name for one in promoted)):
        return _before("policy_id: it is not promoted")
    if name and promoted[-1].policy_id != name:
        return _forbidden(
            f"policy_id: {promoted[-1].policy_id} was promoted later: roll that one back first"
        )
    return _DONE


def _judged_stop(experiments: Experiments, stop: ExperimentStop) -> Judgement:
    running = experiments.by_id.get(stop.experiment_id)
    if running is None:
        return _wrong(f"experiment_id: there is no experiment {stop.experiment_id[:64]!r}")
    arm = place_of(running, stop.arm_id) if stop.arm_id else -1
    if stop.arm_id and arm < 0:
        return _wrong(f"arm_id: the experiment has no arm {stop.arm_id[:64]!r}")
    if arm == 0:
        return _wrong("arm_id: control cannot be closed: leave arm_id out to stop the experiment")
    if running.stop_ms:
        return _before("experiment_id: it is over already")
    return _before("arm_id: it is closed already") if arm in running.closed else _DONE


def place_of(running: Running, arm_id: str) -> int:
    """Return the place of an arm, -1 if there is none of this id."""
    places = (n for n, arm in enumerate(running.experiment.arms) if arm.arm_id == arm_id)
    return next(places, -1)


def _judged_experiment(experiments: Experiments, experiment: Experiment, now_ms: int) -> Judgement:
    present = experiments.by_id.get(experiment.experiment_id)
    if present is not None:
        if present.experiment == experiment:
            return _before("experiment_id: the experiment is there already")
        if found := list(_frozen(present, experiment, now_ms)):
            return _forbidden(*found)
    for place, arm in enumerate(experiment.arms):
        if arm.policy_id == "baseline" or (
            arm.policy_id and experiments.policies.get(arm.policy_id) is None
        ):
            name = arm.policy_id
            return _wrong(f"arms[{place}].policy_id: there is no policy {name}: write it first")
    found = list(_in_the_way(experiments, experiment, now_ms))
    return _forbidden(*found) if found else _DONE


def has_begun(running: Running, now_ms: int) -> bool:
    """Whether an experiment may have assigned an arm to somebody."""
    return running.experiment.start_time_ms <= now_ms or bool(running.exposed.count)


def _frozen(present: Running, experiment: Experiment, now_ms: int) -> Iterator[str]:
    if present.stop_ms or 0 < present.experiment.end_time_ms <= now_ms:
        yield "experiment_id: this experiment is over: use another id"
        return
    if not has_begun(present, now_ms):
        return
    for one in fields(Experiment):
        name = one.name
        if name in MAY_CHANGE or getattr(present.experiment, name) == getattr(experiment, name):
            continue
        yield (
            f"{_PUBLIC.get(name, name)}: cannot change while the experiment runs: stop it, and "
            "create another one"
        )


def _in_the_way(experiments: Experiments, experiment: Experiment, now_ms: int) -> Iterator[str]:
    """Yield what of other experiments, and of the time, forbids it."""
    if 0 < experiment.end_time_ms <= now_ms:
        yield "end_time: is over already: write a later one, or stop the experiment"
    others = experiments.unfinished(now_ms, without=experiment.experiment_id)
    if len(others) >= checks.RUNNING_MAX:
        yield f"experiment_id: {checks.RUNNING_MAX} experiments run already: stop one"
    left = checks.VISITORS_TOGETHER_MAX - sum(one.experiment.visitors_max for one in others)
    if experiment.visitors_max > left:
        yield f"visitors_max: of all running experiments {max(0, left):,} visitors are left"
    yield from _of_layer(experiments, experiment, now_ms)
    for other in others:
        yield from _overlapping(experiments, experiment, other)


def _of_layer(experiments: Experiments, experiment: Experiment, now_ms: int) -> Iterator[str]:
    name = experiment.experiment_id
    for other in experiments.unfinished(now_ms, without=name):
        if other.experiment.layer == experiment.layer and other.experiment.unit != experiment.unit:
            yield (
                f"unit: the layer's experiments are by {other.experiment.unit}: use another layer"
            )
            return
    taken = experiments.taken(experiment.layer, now_ms, without=name)
    if allotted(experiment.share, taken) is None:
        free = sum(end - start for start, end in free_parts(taken)) / PARTS
        yield (
            f"share: {free:g} of the layer {experiment.layer} is free: write a smaller share, use "
            "another layer, or stop an experiment"
        )


def _overlapping(experiments: Experiments, experiment: Experiment, other: Running) -> Iterator[str]:
    """Two layers share visitors: where they meet, no setting may be overridden twice."""
    theirs = other.experiment
    if theirs.layer == experiment.layer:
        return
    have_all = not (experiment.placements and theirs.placements)
    if not (have_all or set(experiment.placements) & set(theirs.placements)):
        return
    own = [experiments.policies.get(arm.policy_id) for arm in experiment.arms]
    both = _overridden(own) & _overridden(other.policies)
    if both:
        yield (
            f"layer: the experiment {theirs.experiment_id} of the layer {theirs.layer} overrides "
            f"{', '.join(sorted(both))}, too, at the same placements: use its layer"
        )


def _overridden(policies: Iterable[Policy | None]) -> set[str]:
    found: set[str] = set()
    for policy in policies:
        if policy is not None:
            found |= set(ANSWERING) if policy.is_baseline else set(policy.overrides)
    return found
