"""ExperimentService."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from headwater.v1 import experiment_service_pb2 as pb
from headwater.v1 import experiment_service_pb2_grpc as pb_grpc
from headwater.v1.policy_pb2 import Promotion
from headwater_server.api.errors import Context
from headwater_server.api.guard.caller import is_page, key_name
from headwater_server.api.guard.guard import time_remaining_s
from headwater_server.api.guard.learning import Learning
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate.experiments import (
    arms,
    creating,
    evaluations,
    experiments,
    policies,
    reports,
)
from headwater_server.api.translate.pages import page_bytes
from headwater_server.engine.experiments.reports import PromotedPolicy
from headwater_server.replica.steps import taken_in_steps


class ExperimentServicer(pb_grpc.ExperimentServiceServicer):
    """Writes policies and experiments, and reads them; a write is answered when it is in force."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._settings = settings
        self._page_bytes = page_bytes(settings.message_bytes_max)

    async def UpsertPolicy(
        self, request: pb.UpsertPolicyRequest, context: Context
    ) -> pb.UpsertPolicyResponse:
        write = replace(policies.upsert_policy_request(request), who=key_name())
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            answer = await self._replica.experiment_writes.upsert_policy(write, remaining_s)
        return policies.upsert_policy_response(answer)

    async def ListPolicies(
        self, request: pb.ListPoliciesRequest, context: Context
    ) -> pb.ListPoliciesResponse:
        after_id, size = policies.list_policies_request(request)
        answer = self._replica.experiment_reads.policies(after_id, size + 1)
        page = await taken_in_steps(policies.policy_messages(answer.policies))
        promotions = await taken_in_steps(self._promotions(answer.promotions))
        most = self._page_bytes // 2
        return policies.list_policies_response(answer, size, page, promotions, most)

    async def PromotePolicy(
        self, request: pb.PromotePolicyRequest, context: Context
    ) -> pb.PromotePolicyResponse:
        promote = replace(policies.promote_policy_request(request), who=key_name())
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            answer = await self._replica.experiment_writes.promote(promote, remaining_s)
        return policies.promote_policy_response(answer)

    async def RollbackPolicy(
        self, request: pb.RollbackPolicyRequest, context: Context
    ) -> pb.RollbackPolicyResponse:
        rollback = replace(policies.rollback_policy_request(request), who=key_name())
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            answer = await self._replica.experiment_writes.roll_back(rollback, remaining_s)
        promotions = await taken_in_steps(self._promotions(answer.promotions))
        return policies.rollback_policy_response(answer, promotions)

    async def CreateExperiment(
        self, request: pb.CreateExperimentRequest, context: Context
    ) -> pb.CreateExperimentResponse:
        write = replace(creating.create_experiment_request(request), who=key_name())
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            answer = await self._replica.experiment_writes.create(write, remaining_s)
        return experiments.create_experiment_response(answer)

    async def GetExperiment(
        self, request: pb.GetExperimentRequest, context: Context
    ) -> pb.GetExperimentResponse:
        experiment_id = experiments.get_experiment_request(request)
        answer = self._replica.experiment_reads.experiment(experiment_id)
        return experiments.get_experiment_response(answer)

    async def ListExperiments(
        self, request: pb.ListExperimentsRequest, context: Context
    ) -> pb.ListExperimentsResponse:
        after_id, size = experiments.list_experiments_request(request)
        reads = self._replica.experiment_reads
        answer = reads.experiments(after_id, size + 1)
        views = await taken_in_steps(map(reads.with_verdict, answer.experiments))
        answer = replace(answer, experiments=views)
        return experiments.list_experiments_response(answer, size, self._page_bytes)

    async def StopExperiment(
        self, request: pb.StopExperimentRequest, context: Context
    ) -> pb.StopExperimentResponse:
        stop = replace(experiments.stop_experiment_request(request), who=key_name())
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            answer = await self._replica.experiment_writes.stop(stop, remaining_s)
        return experiments.stop_experiment_response(answer)

    async def GetExperimentReport(
        self, request: pb.GetExperimentReportRequest, context: Context
    ) -> pb.GetExperimentReportResponse:
        experiment_id, as_of = reports.get_experiment_report_request(request)
        answer = self._replica.experiment_reads.report(experiment_id, as_of)
        return reports.get_experiment_report_response(answer)

    async def ListEvaluations(
        self, request: pb.ListEvaluationsRequest, context: Context
    ) -> pb.ListEvaluationsResponse:
        after_id, size, is_full = evaluations.list_evaluations_request(request)
        stored = await self._replica.experiment_reads.evaluations(after_id, size + 1)
        messages = evaluations.evaluation_messages(stored, is_full=is_full)
        page = await taken_in_steps(messages)
        return evaluations.list_evaluations_response(stored, size, page, self._page_bytes)

    def _promotions(self, promotions: Sequence[PromotedPolicy]) -> Iterator[Promotion]:
        return policies.promotion_messages(promotions, self._page_bytes // 2)

    async def AssignArms(
        self, request: pb.AssignArmsRequest, context: Context
    ) -> pb.AssignArmsResponse:
        asked = arms.assign_arms_request(request, is_page=is_page())
        return arms.assign_arms_response(self._replica.experiment_reads.arms(*asked))
