"""Puts the services on a server, each with a guard of its own around its methods."""

from __future__ import annotations

import grpc
from google.protobuf.descriptor import FileDescriptor

from headwater.v1 import (
    catalog_service_pb2,
    catalog_service_pb2_grpc,
    feedback_service_pb2,
    feedback_service_pb2_grpc,
    model_service_pb2,
    model_service_pb2_grpc,
    recommendation_service_pb2,
    recommendation_service_pb2_grpc,
    user_service_pb2,
    user_service_pb2_grpc,
)
from headwater_server.api.draining import Draining
from headwater_server.api.guard.gate import Gate
from headwater_server.api.guard.guard import Guard
from headwater_server.api.guard.load import Load
from headwater_server.api.ports import Replica
from headwater_server.api.servicers.catalog import CatalogServicer
from headwater_server.api.servicers.feedback import FeedbackServicer
from headwater_server.api.servicers.model import ModelServicer
from headwater_server.api.servicers.recommendation import RecommendationServicer
from headwater_server.api.servicers.user import UserServicer
from headwater_server.api.settings import ApiSettings


def add_services(
    server: grpc.aio.Server,
    replica: Replica,
    settings: ApiSettings,
    gate: Gate,
    load: Load,
    draining: Draining,
) -> None:
    """Register every service of headwater.v1; ``draining`` ends streams."""

    def guard(servicer: object, file: FileDescriptor, calls_max: int) -> None:
        _guard(servicer, file, Guard(settings, calls_max, gate, load))

    recommendation = RecommendationServicer(replica, settings)
    guard(recommendation, recommendation_service_pb2.DESCRIPTOR, settings.reads_max)
    recommendation_service_pb2_grpc.add_RecommendationServiceServicer_to_server(
        recommendation, server
    )
    feedback = FeedbackServicer(replica, settings, load, draining)
    guard(feedback, feedback_service_pb2.DESCRIPTOR, settings.writes_max)
    feedback_service_pb2_grpc.add_FeedbackServiceServicer_to_server(feedback, server)
    catalog = CatalogServicer(replica, settings)
    guard(catalog, catalog_service_pb2.DESCRIPTOR, settings.writes_max)
    catalog_service_pb2_grpc.add_CatalogServiceServicer_to_server(catalog, server)
    user = UserServicer(replica, settings)
    guard(user, user_service_pb2.DESCRIPTOR, settings.writes_max)
    user_service_pb2_grpc.add_UserServiceServicer_to_server(user, server)
    model = ModelServicer(replica, settings)
    guard(model, model_service_pb2.DESCRIPTOR, settings.reads_max)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(model, server)


def _guard(servicer: object, file: FileDescriptor, guard: Guard) -> None:
    """Put ``guard`` around each method that ``file``'s services declare."""
    for service in file.services_by_name.values():
        for method in service.methods:
            around = guard.stream if method.server_streaming else guard.unary
            call = f"{service.full_name}/{method.name}"
            setattr(servicer, method.name, around(getattr(servicer, method.name), call))
