"""The API's description for Envoy, taken from the stubs that this server uses.

So both always have the same version, and there is no file that could become stale.
"""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.rpc import error_details_pb2

from headwater.v1 import (
    audit_service_pb2,
    catalog_service_pb2,
    experiment_service_pb2,
    export_service_pb2,
    feedback_service_pb2,
    model_service_pb2,
    recommendation_service_pb2,
    rule_service_pb2,
    user_service_pb2,
)

API = (
    recommendation_service_pb2.DESCRIPTOR,
    feedback_service_pb2.DESCRIPTOR,
    catalog_service_pb2.DESCRIPTOR,
    user_service_pb2.DESCRIPTOR,
    model_service_pb2.DESCRIPTOR,
    experiment_service_pb2.DESCRIPTOR,
    export_service_pb2.DESCRIPTOR,
    rule_service_pb2.DESCRIPTOR,
    audit_service_pb2.DESCRIPTOR,
)
ERRORS = error_details_pb2.DESCRIPTOR  # without it, an error's field would not reach REST callers


def services() -> list[str]:
    """Return the full name of each service.

    >>> services()[0]
    'headwater.v1.RecommendationService'
    """
    return [service.full_name for file in API for service in file.services_by_name.values()]


def descriptor_set() -> bytes:
    """Return a FileDescriptorSet of the API and what it imports, each file after its imports."""
    files = {file.name: file for file in _with_imports((*API, ERRORS))}
    protos = [FileDescriptorProto.FromString(file.serialized_pb) for file in files.values()]
    return FileDescriptorSet(file=protos).SerializeToString(deterministic=True)


def _with_imports(files: Iterable[FileDescriptor]) -> Iterable[FileDescriptor]:
    for file in files:
        yield from _with_imports(file.dependencies)
        yield file
