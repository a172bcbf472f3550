"""The one table from an error to its gRPC status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn
from uuid import uuid4

import grpc
import structlog
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode

from headwater_server import errors
from headwater_server.observability.request import HEADER, current

Context = grpc.aio.ServicerContext[Any, Any]

TEXT_MAX = 500  # characters; a status travels in a header of 8 kB
CONDITIONS_MAX = 8

_log = structlog.get_logger("headwater.api")


def _bad_request(error: errors.InvalidRequest) -> Message:
    violation = error_details_pb2.BadRequest.FieldViolation(
        field=error.field, description=error.problem
    )
    details: Message = error_details_pb2.BadRequest(field_violations=[violation])
    return details


def _retry_info(error: errors.Overloaded) -> Message:
    delay = duration_pb2.Duration()
    delay.FromMilliseconds(error.retry_after_ms)
    details: Message = error_details_pb2.RetryInfo(retry_delay=delay)
    return details


def _precondition_failure(error: errors.FailedPrecondition) -> Message:
    violation = error_details_pb2.PreconditionFailure.Violation
    details: Message = error_details_pb2.PreconditionFailure(
        violations=[
            violation(type="STATE", subject=error.subject, description=condition[:TEXT_MAX])
            for condition in error.conditions[:CONDITIONS_MAX]
        ]
    )
    return details


# error -> status, and details that a program can read (google.rpc)
Row = tuple[StatusCode, Callable[..., Message] | None]
TABLE: Final[dict[type, Row]] = {
    errors.InvalidRequest: (StatusCode.INVALID_ARGUMENT, _bad_request),
    errors.Unauthenticated: (StatusCode.UNAUTHENTICATED, None),
    errors.Forbidden: (StatusCode.PERMISSION_DENIED, None),
    errors.NotFound: (StatusCode.NOT_FOUND, None),
    errors.AlreadyExists: (StatusCode.ALREADY_EXISTS, None),
    errors.Aborted: (StatusCode.ABORTED, _precondition_failure),
    errors.FailedPrecondition: (StatusCode.FAILED_PRECONDITION, _precondition_failure),
    errors.Overloaded: (StatusCode.RESOURCE_EXHAUSTED, _retry_info),
    errors.StoreUnavailable: (StatusCode.UNAVAILABLE, None),
    errors.DeadlineExceeded: (StatusCode.DEADLINE_EXCEEDED, None),
}


UNKNOWN: Final[Row] = (StatusCode.INTERNAL, None)


def row(error: Exception) -> Row:
    """Return the table's row for ``error``, or for its nearest base class in the table.

    >>> row(errors.Overloaded(50))[0].name, row(KeyError("secret"))[0].name
    ('RESOURCE_EXHAUSTED', 'INTERNAL')
    """
    return next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), UNKNOWN)


async def abort(context: Context, error: Exception, call: str) -> NoReturn:
    """End the call with the status of ``error``; of an unknown error the caller gets only an id."""
    code, detail = row(error)
    text = _unknown(error, call) if code is StatusCode.INTERNAL else str(error)[:TEXT_MAX]
    details = [_packed(detail(error))] if detail else []
    status = status_pb2.Status(code=code.value[0], message=text, details=details)
    trailers: list[tuple[str, str | bytes]] = [
        ("grpc-status-details-bin", status.SerializeToString())
    ]
    if request := current.get():  # the id to search for in the server's log
        trailers.append((HEADER, request.id))
    if isinstance(error, errors.Overloaded):  # gRPC's own retries wait as long as this says
        trailers.append(("grpc-retry-pushback-ms", str(error.retry_after_ms)))
    await context.abort(code, text, tuple(trailers))
    raise AssertionError("abort always raises")  # pragma: no cover


def _unknown(error: Exception, call: str) -> str:
    """Log the error under a new id, and return a text that may be sent to the caller."""
    error_id = uuid4().hex[:12]
    _log.error("call failed", call=call, error_id=error_id, exc_info=error)
    return f"internal error; look for error_id={error_id} in the server's log"


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
