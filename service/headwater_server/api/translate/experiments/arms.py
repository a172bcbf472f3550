"""ExperimentService: translates the arms of a visitor."""

from __future__ import annotations

from headwater.v1 import arm_pb2
from headwater.v1 import experiment_service_pb2 as pb
from headwater_server.api.translate.checks import required, short_text
from headwater_server.engine.messages.asked import Arm
from headwater_server.errors import Forbidden
from headwater_server.replica.experiments.answers import ArmsAnswer


def assign_arms_request(
    request: pb.AssignArmsRequest, *, is_page: bool = False
) -> tuple[str, str, str]:
    """Return visitor, account and placement. A page may ask for its visitor only."""
    if is_page and request.user_id:
        raise Forbidden("user_id: a page's key may name no account; ask from the backend")
    return (
        required("visitor_id", request.visitor_id),
        short_text("user_id", request.user_id),
        short_text("placement", request.placement),
    )


def assign_arms_response(answer: ArmsAnswer) -> pb.AssignArmsResponse:
    """Return the arms."""
    return pb.AssignArmsResponse(arms=map(arm_message, answer.arms), offset=answer.offset)


def arm_message(arm: Arm) -> arm_pb2.ArmAssignment:
    """Return one arm."""
    return arm_pb2.ArmAssignment(experiment_id=arm.experiment_id, arm_id=arm.arm_id)
