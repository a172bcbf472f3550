"""Registers the services on a server, each with its own guard around its methods."""

from __future__ import annotations

from typing import Any

from headwater.v1 import (
    audit_service_pb2_grpc,
    catalog_service_pb2_grpc,
    experiment_service_pb2_grpc,
    export_service_pb2_grpc,
    feedback_service_pb2_grpc,
    model_service_pb2_grpc,
    recommendation_service_pb2_grpc,
    rule_service_pb2_grpc,
    user_service_pb2_grpc,
)
from headwater_server.api.draining import Draining
from headwater_server.api.front.front import Front
from headwater_server.api.guard.gate import Gate
from headwater_server.api.guard.guard import Guard
from headwater_server.api.guard.guarded_server import GuardedServer
from headwater_server.api.guard.load import Load
from headwater_server.api.guard.turns import Turns
from headwater_server.api.guard.waiting_room import WaitingRoom
from headwater_server.api.ports import Replica
from headwater_server.api.servicers.audit import AuditServicer
from headwater_server.api.servicers.catalog import CatalogServicer
from headwater_server.api.servicers.experiment import ExperimentServicer
from headwater_server.api.servicers.export import ExportServicer
from headwater_server.api.servicers.feedback import FeedbackServicer
from headwater_server.api.servicers.model import ModelServicer
from headwater_server.api.servicers.recommendation import RecommendationServicer
from headwater_server.api.servicers.rule import RuleServicer
from headwater_server.api.servicers.user import UserServicer
from headwater_server.api.settings import ApiSettings


def add_services(
    server: Front,
    replica: Replica,
    settings: ApiSettings,
    gate: Gate,
    load: Load,
    draining: Draining,
    turns: Turns,
) -> None:
    """Register every service of headwater.v1; ``draining`` ends the streams."""
    room = WaitingRoom(settings.waiting_max, replica.has_reached, replica.reach)

    def guarded(calls_max: int) -> Any:
        return GuardedServer(server, Guard(settings, calls_max, gate, load, turns, room))

    recommendation_service_pb2_grpc.add_RecommendationServiceServicer_to_server(
        RecommendationServicer(replica, settings), guarded(settings.reads_max)
    )
    feedback_service_pb2_grpc.add_FeedbackServiceServicer_to_server(
        FeedbackServicer(replica, settings, load, draining), guarded(settings.writes_max)
    )
    catalog_service_pb2_grpc.add_CatalogServiceServicer_to_server(
        CatalogServicer(replica, settings), guarded(settings.writes_max)
    )
    user_service_pb2_grpc.add_UserServiceServicer_to_server(
        UserServicer(replica, settings), guarded(settings.writes_max)
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        ModelServicer(replica, settings), guarded(settings.reads_max)
    )
    experiment_service_pb2_grpc.add_ExperimentServiceServicer_to_server(
        ExperimentServicer(replica, settings), guarded(settings.writes_max)
    )
    rule_service_pb2_grpc.add_RuleServiceServicer_to_server(
        RuleServicer(replica, settings), guarded(settings.writes_max)
    )
    audit_service_pb2_grpc.add_AuditServiceServicer_to_server(
        AuditServicer(replica, settings), guarded(settings.reads_max)
    )
    export_service_pb2_grpc.add_ExportServiceServicer_to_server(
        ExportServicer(replica, settings), guarded(settings.reads_max)
    )
