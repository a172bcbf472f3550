"""Policies and experiments, for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator

from headwater import experiment_calls as calls
from headwater.arms import ArmAssignment
from headwater.async_connection import AsyncConnection
from headwater.channel import FEEDBACK_TIMEOUT_S, RECOMMEND_TIMEOUT_S
from headwater.experiment_reports import Evaluation, ExperimentReport
from headwater.experiments import Experiment, ExperimentAnswer
from headwater.policies import (
    Policy,
    PolicyAnswer,
    PromoteAnswer,
    Promotion,
    ReportReference,
    RollbackAnswer,
)

ENTRIES_A_PAGE = 100


class AsyncExperiments(AsyncConnection):
    """Policies, and experiments that compare them. The key needs the scope ``experiments``.

    Every call may be repeated: what was done already is not done twice. `FailedPreconditionError`
    has the ``conditions`` that fail.
    """

    async def upsert_policy(
        self, policy: Policy, *, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> PolicyAnswer:
        """Write a policy. It changes no list until an arm uses it or it is promoted."""
        return await self._make(calls.upsert_policy(policy), timeout_s)

    async def list_policies(
        self, *, min_offset: str = "", timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> AsyncIterator[Policy]:
        """Yield all policies in the order of their ids; ``timeout_s`` is for one page."""
        token = ""
        while True:
            page = await self._make(
                calls.list_policies(ENTRIES_A_PAGE, token, min_offset), timeout_s
            )
            for one in page.policies:
                yield one
            token = page.next_page_token
            if not token:
                return

    async def list_promotions(
        self, *, min_offset: str = "", timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> tuple[Promotion, ...]:
        """Return the stack of promotions, the latest last."""
        page = await self._make(calls.list_policies(1, "", min_offset), timeout_s)
        return page.promotions

    async def promote_policy(
        self,
        policy_id: str,
        *,
        require_report: ReportReference | None = None,
        force: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> PromoteAnswer:
        """Put a policy in force for all, if the report supports it; ``force`` is a reason."""
        return await self._make(calls.promote_policy(policy_id, require_report, force), timeout_s)

    async def rollback_policy(
        self, policy_id: str, *, reason: str = "", timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> RollbackAnswer:
        """Take the latest promotion back, which must be this policy's."""
        return await self._make(calls.rollback_policy(policy_id, reason), timeout_s)

    async def create_experiment(
        self, experiment: Experiment, *, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> ExperimentAnswer:
        """Create an experiment; it starts at once or at its ``start_time``."""
        return await self._make(calls.create_experiment(experiment), timeout_s)

    async def get_experiment(
        self, experiment_id: str, *, min_offset: str = "", timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> Experiment:
        """Return an experiment; raise `NotFoundError` if there is none with the id."""
        return await self._make(calls.get_experiment(experiment_id, min_offset), timeout_s)

    async def list_experiments(
        self, *, min_offset: str = "", timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> AsyncIterator[Experiment]:
        """Yield all experiments in the order of their ids; ``timeout_s`` is for one page."""
        token = ""
        while True:
            page = await self._make(
                calls.list_experiments(ENTRIES_A_PAGE, token, min_offset), timeout_s
            )
            for one in page.experiments:
                yield one
            token = page.next_page_token
            if not token:
                return

    async def stop_experiment(
        self,
        experiment_id: str,
        *,
        arm_id: str = "",
        reason: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> ExperimentAnswer:
        """Stop an experiment for good, or close only the arm ``arm_id``."""
        return await self._make(calls.stop_experiment(experiment_id, arm_id, reason), timeout_s)

    async def get_experiment_report(
        self,
        experiment_id: str,
        *,
        as_of: str = "",
        min_offset: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> ExperimentReport:
        """Return an experiment's figures; with ``as_of`` only those of exactly that state."""
        return await self._make(
            calls.get_experiment_report(experiment_id, as_of, min_offset), timeout_s
        )

    async def list_evaluations(
        self, *, full: bool = True, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> AsyncIterator[Evaluation]:
        """Yield what `headwater evaluate` published, newest first; ``timeout_s`` is for a page.

        ``full``: with the whole reports, up to 1 MB each.
        """
        token = ""
        while True:
            page = await self._make(
                calls.list_evaluations(ENTRIES_A_PAGE, token, full=full), timeout_s
            )
            for one in page.evaluations:
                yield one
            token = page.next_page_token
            if not token:
                return

    async def assign_arms(
        self,
        visitor_id: str,
        *,
        user_id: str = "",
        placement: str = "",
        min_offset: str = "",
        timeout_s: float = RECOMMEND_TIMEOUT_S,
    ) -> tuple[ArmAssignment, ...]:
        """Return the arms of a visitor; only `recommend` and an impression expose it to one."""
        return await self._make(
            calls.assign_arms(visitor_id, user_id, placement, min_offset), timeout_s
        )
