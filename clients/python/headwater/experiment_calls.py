"""The calls of both clients about policies and experiments. All of them may be repeated."""

from __future__ import annotations

from headwater.arms import ArmAssignment
from headwater.calls import Call
from headwater.experiment_reports import EvaluationPage, ExperimentReport
from headwater.experiments import Experiment, ExperimentAnswer, ExperimentPage
from headwater.policies import (
    Policy,
    PolicyAnswer,
    PolicyPage,
    PromoteAnswer,
    ReportReference,
    RollbackAnswer,
)
from headwater.v1 import experiment_service_pb2 as pb
from headwater.v1.experiment_report_pb2 import EVALUATION_VIEW_FULL, EVALUATION_VIEW_SUMMARY
from headwater.wire.arms import arms
from headwater.wire.experiment_reports import evaluation_page, report
from headwater.wire.experiments import (
    experiment_answer,
    experiment_page,
    from_experiment,
    to_experiment,
)
from headwater.wire.fields import built
from headwater.wire.policies import (
    policy_answer,
    policy_page,
    promote_answer,
    rollback_answer,
    to_policy,
    to_reference,
)

SERVICE = "/headwater.v1.ExperimentService/"


def upsert_policy(policy: Policy) -> Call[PolicyAnswer]:
    """Write a policy."""
    request = built(pb.UpsertPolicyRequest, policy=to_policy(policy))
    return Call(f"{SERVICE}UpsertPolicy", request, pb.UpsertPolicyResponse, policy_answer)


def list_policies(page_size: int, page_token: str, min_offset: str) -> Call[PolicyPage]:
    """Ask for a page of policies."""
    request = built(
        pb.ListPoliciesRequest, page_size=page_size, page_token=page_token, min_offset=min_offset
    )
    return Call(f"{SERVICE}ListPolicies", request, pb.ListPoliciesResponse, policy_page)


def promote_policy(
    policy_id: str, require_report: ReportReference | None, force: str
) -> Call[PromoteAnswer]:
    """Put a policy in force."""
    request = built(
        pb.PromotePolicyRequest,
        policy_id=policy_id,
        require_report=to_reference(require_report),
        force=force,
    )
    return Call(f"{SERVICE}PromotePolicy", request, pb.PromotePolicyResponse, promote_answer)


def rollback_policy(policy_id: str, reason: str) -> Call[RollbackAnswer]:
    """Take the latest promotion back."""
    request = built(pb.RollbackPolicyRequest, policy_id=policy_id, reason=reason)
    return Call(f"{SERVICE}RollbackPolicy", request, pb.RollbackPolicyResponse, rollback_answer)


def create_experiment(experiment: Experiment) -> Call[ExperimentAnswer]:
    """Create an experiment."""
    request = built(pb.CreateExperimentRequest, experiment=to_experiment(experiment))
    answer = pb.CreateExperimentResponse
    return Call(f"{SERVICE}CreateExperiment", request, answer, experiment_answer)


def get_experiment(experiment_id: str, min_offset: str) -> Call[Experiment]:
    """Ask for an experiment."""
    return Call(
        f"{SERVICE}GetExperiment",
        built(pb.GetExperimentRequest, experiment_id=experiment_id, min_offset=min_offset),
        pb.GetExperimentResponse,
        lambda response: from_experiment(response.experiment),
    )


def list_experiments(page_size: int, page_token: str, min_offset: str) -> Call[ExperimentPage]:
    """Ask for a page of experiments."""
    request = built(
        pb.ListExperimentsRequest, page_size=page_size, page_token=page_token, min_offset=min_offset
    )
    return Call(f"{SERVICE}ListExperiments", request, pb.ListExperimentsResponse, experiment_page)


def stop_experiment(experiment_id: str, arm_id: str, reason: str) -> Call[ExperimentAnswer]:
    """Stop an experiment, or close an arm."""
    request = built(
        pb.StopExperimentRequest, experiment_id=experiment_id, arm_id=arm_id, reason=reason
    )
    return Call(f"{SERVICE}StopExperiment", request, pb.StopExperimentResponse, experiment_answer)


def get_experiment_report(
    experiment_id: str, as_of: str, min_offset: str
) -> Call[ExperimentReport]:
    """Ask for the figures of an experiment."""
    request = built(
        pb.GetExperimentReportRequest,
        experiment_id=experiment_id,
        as_of=as_of,
        min_offset=min_offset,
    )
    answer = pb.GetExperimentReportResponse
    return Call(f"{SERVICE}GetExperimentReport", request, answer, report)


def list_evaluations(page_size: int, page_token: str, *, full: bool) -> Call[EvaluationPage]:
    """Ask for a page of evaluations."""
    view = EVALUATION_VIEW_FULL if full else EVALUATION_VIEW_SUMMARY
    request = built(
        pb.ListEvaluationsRequest, page_size=page_size, page_token=page_token, view=view
    )
    return Call(f"{SERVICE}ListEvaluations", request, pb.ListEvaluationsResponse, evaluation_page)


def assign_arms(
    visitor_id: str, user_id: str, placement: str, min_offset: str
) -> Call[tuple[ArmAssignment, ...]]:
    """Ask for the arms of a visitor."""
    return Call(
        f"{SERVICE}AssignArms",
        built(
            pb.AssignArmsRequest,
            visitor_id=visitor_id,
            user_id=user_id,
            placement=placement,
            min_offset=min_offset,
        ),
        pb.AssignArmsResponse,
        lambda response: arms(response.arms),
    )
