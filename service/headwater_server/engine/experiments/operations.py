"""Doing the operations on policies and experiments that were judged to be allowed."""

from __future__ import annotations

from headwater_server.engine.experiments import checks
from headwater_server.engine.experiments.comparing import blockers
from headwater_server.engine.experiments.experiments import Experiments, Steps
from headwater_server.engine.experiments.judging import judged, place_of, policy_of
from headwater_server.engine.experiments.judging_experiments import has_begun
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.experiments.units import allotted
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentStop,
    ExperimentWrite,
    PolicyOperation,
    PolicyPromote,
    PolicyWrite,
)
from headwater_server.engine.settings import EngineSettings

FOLD = "headwater: auto_promote"
"""Who promotes within the fold."""


def doing(experiments: Experiments, operation: PolicyOperation, now_ms: int) -> Steps:
    """Do what was judged to be allowed; who promotes or rolls back adopts the settings then."""
    match operation:
        case PolicyWrite():
            experiments.policies.write(policy_of(operation), now_ms, operation.who)
        case PolicyPromote():
            yield from _promoting(experiments, operation, now_ms)
        case ExperimentWrite():
            _write(experiments, operation.experiment, operation.who, now_ms)
        case ExperimentStop():
            yield from _stopping(experiments, operation, now_ms)
        case _:
            experiments.policies.roll_back()


def _promoting(experiments: Experiments, promote: PolicyPromote, now_ms: int) -> Steps:
    """Promote, and end the experiment: its control would be answered by the policy, too."""
    experiments.policies.promote(promote, now_ms)
    running = experiments.by_id.get(promote.experiment_id)
    if running is not None and not running.stop_ms:
        reason = f"{promote.policy_id} was promoted"
        yield from experiments.stopping(running, now_ms, reason, promote.arm_id)


def _write(experiments: Experiments, experiment: Experiment, who: str, now_ms: int) -> None:
    present = experiments.by_id.get(experiment.experiment_id)
    if present is not None and has_begun(present, now_ms):
        present.adopt(experiment)
        experiments.index()
        return
    name = experiment.experiment_id
    taken = experiments.taken(experiment.layer, now_ms, without=name)
    ranges = allotted(experiment.share, taken) or ()
    policies = [experiments.policies.get(arm.policy_id) for arm in experiment.arms]
    if present is None:
        _make_place(experiments)
    experiments.put(Running(experiment, policies, ranges, now_ms, who))


def _make_place(experiments: Experiments) -> None:
    """Forget the oldest experiments that are over."""
    over = [name for name, one in experiments.by_id.items() if one.stop_ms]
    surplus = len(experiments.by_id) + 1 - checks.EXPERIMENTS_MAX
    for name in over[: max(0, surplus)]:
        del experiments.by_id[name]


def _stopping(experiments: Experiments, stop: ExperimentStop, now_ms: int) -> Steps:
    running = experiments.by_id[stop.experiment_id]
    if not stop.arm_id:
        yield from experiments.stopping(running, now_ms, stop.reason)
        return
    experiments.close(running, place_of(running, stop.arm_id), now_ms, stop.reason)
    yield from experiments.ending_without_arms(running, now_ms)


def promotable(experiments: Experiments, settings: EngineSettings) -> PolicyPromote | None:
    """Return the promotion that an experiment with ``auto_promote`` is due, None if none is."""
    for running in experiments.active:
        if not running.experiment.auto_promote:
            continue
        for place, arm in enumerate(running.experiment.arms):
            if place and arm.policy_id and not blockers(running, place):
                name = running.experiment.experiment_id
                promote = PolicyPromote(arm.policy_id, name, arm.arm_id, who=FOLD)
                if judged(experiments, settings, promote, 0).status is Status.CREATED:
                    return promote
    return None
