"""The two methods of headwater.v1 that are measured, put on a server of either style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc

from headwater.v1 import feedback_service_pb2, recommendation_service_pb2

Method = Callable[[Any, Any], Any]


def _encoded(response: Any) -> bytes:
    """Return the bytes of a message, or those that the method has written itself."""
    return response if isinstance(response, bytes) else response.SerializeToString()


def add_methods(server: Any, recommend: Method, feedback: Method) -> None:
    """Serve ``recommend`` and ``feedback``, functions or coroutine functions, as the stubs do."""
    methods = (
        ("RecommendationService", "Recommend", recommend, recommendation_service_pb2),
        ("FeedbackService", "Feedback", feedback, feedback_service_pb2),
    )
    for service, name, method, pb in methods:
        handler = grpc.unary_unary_rpc_method_handler(
            method,
            request_deserializer=getattr(pb, f"{name}Request").FromString,
            response_serializer=_encoded,
        )
        full_name, handlers = f"headwater.v1.{service}", {name: handler}
        generic = grpc.method_handlers_generic_handler(full_name, handlers)
        server.add_generic_rpc_handlers((generic,))
        server.add_registered_method_handlers(full_name, handlers)
