"""What the state holds of policies and experiments. Reading changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

from headwater_server.engine.experiments.judging_experiments import MAY_CHANGE
from headwater_server.engine.experiments.reports import (
    ExperimentView,
    PolicyView,
    PromotedPolicy,
)
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentStop,
    ExperimentWrite,
    PolicyOperation,
    PolicyPromote,
    PolicyRollback,
)
from headwater_server.engine.policies.policy import BASELINES
from headwater_server.errors import FailedPrecondition, InvalidRequest, NotFound
from headwater_server.replica.experiments.answers import (
    ArmsAnswer,
    ExperimentAnswer,
    ExperimentsAnswer,
    PoliciesAnswer,
    ReportAnswer,
)
from headwater_server.replica.ports.evaluations import Evaluations, StoredEvaluation
from headwater_server.replica.ports.position import offset_key
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.tail.tail import Tail


class ExperimentReads:
    """Answers from memory; only `evaluations` asks the store."""

    def __init__(
        self,
        engine: StateMachine,
        tail: Tail,
        evaluations: Evaluations,
        *,
        now_ms: Callable[[], int],
    ) -> None:
        """``tail`` knows the offset of the engine's state."""
        self._engine = engine
        self._tail = tail
        self._evaluations = evaluations
        self._now_ms = now_ms

    @property
    def offset(self) -> str:
        """The offset of the present state."""
        return self._tail.position.offset

    def policy(self, policy_id: str) -> PolicyView:
        """Return a policy; `NotFound` if it was never written."""
        for view in self._engine.lookups.policies().policies:
            if view.policy_id == policy_id:
                return view
        raise NotFound("policy_id", policy_id)

    def promotions(self) -> Sequence[PromotedPolicy]:
        """Return the promoted stack, the latest last."""
        return self._engine.lookups.policies().promoted

    def policies(self, after_id: str, count: int) -> PoliciesAnswer:
        """Return policies by id, those after the given id, and all promotions."""
        found = self._engine.lookups.policies()
        those = (one for one in found.policies if one.policy_id > after_id)
        by_id = sorted(those, key=lambda one: one.policy_id)
        return PoliciesAnswer(by_id[:count], found.promoted, self.offset)

    def experiments(self, after_id: str, count: int) -> ExperimentsAnswer:
        """Return experiments by id, those after the given id."""
        views = self._engine.lookups.experiments()
        those = (one for one in views if one.experiment.experiment_id > after_id)
        by_id = sorted(those, key=lambda one: one.experiment.experiment_id)
        return ExperimentsAnswer(by_id[:count], self.offset)

    def with_verdict(self, view: ExperimentView) -> ExperimentView:
        """Return an experiment with the verdict of its report: up to a millisecond."""
        name = view.experiment.experiment_id
        return replace(view, verdict=self._engine.lookups.experiment_verdict(name))

    def experiment(self, experiment_id: str) -> ExperimentAnswer:
        """Return an experiment; `NotFound` if there is none."""
        for view in self._engine.lookups.experiments():
            if view.experiment.experiment_id == experiment_id:
                return ExperimentAnswer(self.with_verdict(view), self.offset)
        raise NotFound("experiment_id", experiment_id)

    def is_another(self, experiment: Experiment) -> bool:
        """Return whether an experiment with this id differs in what cannot change."""
        views = self._engine.lookups.experiments()
        present = [
            v.experiment for v in views if v.experiment.experiment_id == experiment.experiment_id
        ]
        names = {field.name for field in fields(Experiment)} - MAY_CHANGE
        return any(getattr(one, n) != getattr(experiment, n) for one in present for n in names)

    def check_names(self, operation: PolicyOperation) -> None:
        """Raise `NotFound` for a policy, experiment or arm of the operation that there is not."""
        if (
            isinstance(operation, PolicyPromote | PolicyRollback)
            and operation.policy_id not in BASELINES  # these are always there
        ):
            self.policy(operation.policy_id)
        if isinstance(operation, ExperimentWrite):
            self._check_policies(operation.experiment)
        if isinstance(operation, PolicyPromote | ExperimentStop) and operation.experiment_id:
            arms = self.experiment(operation.experiment_id).experiment.arms
            if operation.arm_id and operation.arm_id not in {arm.arm_id for arm in arms}:
                raise NotFound("arm_id", operation.arm_id)

    def _check_policies(self, experiment: Experiment) -> None:
        written = {view.policy_id for view in self._engine.lookups.policies().policies}
        for place, arm in enumerate(experiment.arms):
            if arm.policy_id and arm.policy_id not in {*written, *BASELINES}:
                raise NotFound(f"experiment.arms[{place}].policy_id", arm.policy_id)

    def report(self, experiment_id: str, as_of: str = "") -> ReportAnswer:
        """Return an experiment's figures; with ``as_of`` only of the state at that offset."""
        self.experiment(experiment_id)
        _check_offset(as_of)
        if as_of not in ("", self.offset):
            raise FailedPrecondition(f"as_of {as_of!r}", [self._other(experiment_id, as_of)])
        report = self._engine.lookups.experiment_report(experiment_id)
        if report is None:  # cannot be: it is one of `experiments`
            raise NotFound("experiment_id", experiment_id)
        return ReportAnswer(report, self.offset)

    def _other(self, experiment_id: str, as_of: str) -> str:
        return (
            f"the state is at {self.offset}, and there is no earlier one in memory: `headwater "
            f"experiment report {experiment_id} --as-of {as_of}` with --redis-url or --data-dir "
            "computes it from the log"
        )

    def arms(self, visitor_id: str, user_id: str, placement: str) -> ArmsAnswer:
        """Return a visitor's arms, only of experiments about a placement if one is given."""
        arms = self._engine.lookups.arms_of(visitor_id, user_id, placement, self._now_ms())
        return ArmsAnswer(sorted(arms, key=lambda arm: arm.experiment_id), self.offset)

    async def evaluations(self, after: str, count: int) -> Sequence[StoredEvaluation]:
        """Return stored evaluations, newest first, those after the place of another one."""
        try:
            return await self._evaluations.newest(count, after=after)
        except ValueError:
            raise InvalidRequest("page_token", "is not a token of this service") from None


def _check_offset(as_of: str) -> None:
    try:
        if as_of:
            offset_key(as_of)
    except ValueError:
        raise InvalidRequest("as_of", "is not an offset of this service") from None
