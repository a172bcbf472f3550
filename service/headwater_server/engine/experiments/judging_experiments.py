"""What writing an experiment would do beside the others: pure, as `judging` is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import chain

from headwater_server.engine.experiments import checks
from headwater_server.engine.experiments.experiments import Experiments
from headwater_server.engine.experiments.judgement import DONE, Judgement, before, forbidden, wrong
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.experiments.units import PARTS, allotted, free_parts
from headwater_server.engine.messages.experiments import Experiment
from headwater_server.engine.policies.policy import ANSWERING, Policy
from headwater_server.engine.settings import EngineSettings

MAY_CHANGE = frozenset({"end_time_ms", "visitors_max", "guard_rails", "auto_promote"})
"""Of an experiment that has begun; all else is frozen."""
NEVER = "baseline"
"""The one policy that no arm can have: it is there to be compared with in shadows alone."""
_PUBLIC = {"start_time_ms": "start_time", "end_time_ms": "end_time"}


def judged_experiment(
    experiments: Experiments, settings: EngineSettings, experiment: Experiment, now_ms: int
) -> Judgement:
    """Return what writing an experiment, whose values are right, does."""
    present = experiments.by_id.get(experiment.experiment_id)
    if present is not None:
        if present.experiment == experiment:
            return before("experiment_id: the experiment is there already")
        if found := list(_frozen(present, experiment, now_ms)):
            return forbidden(*found)
    if problem := next(_missing(experiments, settings, experiment), ""):
        return wrong(problem)
    meeting = list(_meeting(experiments, experiment, now_ms))
    if found := list(_in_the_way(experiments, experiment, now_ms)):
        return forbidden(*found, *meeting)
    # This comes last: so a caller can ask what else is wrong before policies are written for good.
    problem = next(chain(meeting, _of_never(experiment)), "")
    return wrong(problem) if problem else DONE


def _missing(
    experiments: Experiments, settings: EngineSettings, experiment: Experiment
) -> Iterator[str]:
    """Yield which arm answers by what is not there."""
    for place, arm in enumerate(experiment.arms):
        name = arm.policy_id
        policy = experiments.policies.get(name) if name else None
        if name and policy is None:
            yield f"arms[{place}].policy_id: there is no policy {name}: write it first"
        elif policy and (problem := policy.lacks(settings)):
            yield f"arms[{place}].policy_id: {name} cannot answer: {problem}"


def _of_never(experiment: Experiment) -> Iterator[str]:
    for place, arm in enumerate(experiment.arms):
        if arm.policy_id == NEVER:
            yield f"arms[{place}].policy_id: there is no policy {NEVER}: write it first"


def has_begun(running: Running, now_ms: int) -> bool:
    """Whether an experiment may have assigned an arm to somebody."""
    return running.experiment.start_time_ms <= now_ms or bool(running.exposed.count)


def _frozen(present: Running, experiment: Experiment, now_ms: int) -> Iterator[str]:
    if present.stop_ms or present.is_over(now_ms):
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


def _meeting(experiments: Experiments, experiment: Experiment, now_ms: int) -> Iterator[str]:
    """Yield which values would let it share visitors, or settings, with another experiment."""
    yield from _of_layer(experiments, experiment, now_ms)
    for other in experiments.unfinished(now_ms, without=experiment.experiment_id):
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
        fix = f"write share = {free:g} or less, " if free else ""
        yield (
            f"share: {free:g} of the layer {experiment.layer} is free: {fix}use another layer, or "
            "stop an experiment"
        )


def _overlapping(experiments: Experiments, experiment: Experiment, other: Running) -> Iterator[str]:
    """Two layers share visitors: where they meet, no setting may be overridden twice."""
    theirs = other.experiment
    if theirs.layer == experiment.layer:
        return
    have_all = not (experiment.placements and theirs.placements)
    if not (have_all or set(experiment.placements) & set(theirs.placements)):
        return
    names = (arm.policy_id for arm in experiment.arms)
    own = [experiments.policies.get(name) for name in names if name != NEVER]
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
