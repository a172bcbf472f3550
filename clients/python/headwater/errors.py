"""The errors of a call: each says which field is wrong, or when to try again."""

from __future__ import annotations

from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from headwater.too_large import too_large

_DETAILS = "grpc-status-details-bin"


class HeadwaterError(Exception):
    """A call failed. ``code`` is gRPC's; ``field`` names the wrong part of the request, if any.

    ``conditions`` has what must be true before the call can succeed, one text for each.
    """

    def __init__(
        self,
        message: str,
        *,
        code: grpc.StatusCode = grpc.StatusCode.UNKNOWN,
        field: str = "",
        retry_after_s: float | None = None,
        conditions: tuple[str, ...] = (),
    ) -> None:
        """Keep what the server answered."""
        super().__init__(message)
        self.code = code
        self.field = field
        self.retry_after_s = retry_after_s
        self.conditions = conditions


class InvalidRequestError(HeadwaterError):
    """The request is malformed; nothing was done. ``field`` has the API's name of the place."""


class NotFoundError(HeadwaterError):
    """What the request asks for does not exist."""


class AlreadyExistsError(HeadwaterError):
    """The id is used by something that differs from what the request would create."""


class FailedPreconditionError(HeadwaterError):
    """The state does not allow it now; ``conditions`` has all that must be true before."""


class AbortedError(FailedPreconditionError):
    """Somebody else has changed it since it was read: read it again; ``conditions`` says more."""


class UnauthenticatedError(HeadwaterError):
    """The server requires a key, and the call had none or a wrong one."""


class PermissionDeniedError(HeadwaterError):
    """The key is valid but not allowed to do this: it lacks the scope, or is a page's key."""


class UnimplementedError(HeadwaterError):
    """This release of the server does not have the method."""


class OverloadedError(HeadwaterError):
    """The server is overloaded, also after the retries. Try again in ``retry_after_s``."""


class UnavailableError(HeadwaterError):
    """The server or its store is not available, also after the retries."""


class DeadlineExceededError(HeadwaterError):
    """The deadline passed. Events may or may not be learned: send the same ones again."""


_KINDS: dict[grpc.StatusCode, type[HeadwaterError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequestError,
    grpc.StatusCode.NOT_FOUND: NotFoundError,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExistsError,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPreconditionError,
    grpc.StatusCode.ABORTED: AbortedError,
    grpc.StatusCode.UNAUTHENTICATED: UnauthenticatedError,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDeniedError,
    grpc.StatusCode.UNIMPLEMENTED: UnimplementedError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: OverloadedError,
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
    grpc.StatusCode.CANCELLED: UnavailableError,  # by a stopping server: ours raises no RpcError
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
}


def from_rpc_error(error: grpc.RpcError) -> HeadwaterError:
    """Return the error that the caller gets for a failed call."""
    code, text = error.code(), error.details()
    trailers: Any = error.trailing_metadata() or ()
    packed = (value for key, value in trailers if key == _DETAILS)
    found = _read_details(next(packed, b""))
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED and (why := too_large(text or "")):
        return InvalidRequestError(why, code=grpc.StatusCode.INVALID_ARGUMENT)
    return _KINDS.get(code, HeadwaterError)(text or code.name, code=code, **found)


def _read_details(packed: bytes | str) -> dict[str, Any]:
    """Return field, seconds to wait and conditions, as far as the server sent them."""
    found: dict[str, Any] = {}
    bad_request, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    failure = error_details_pb2.PreconditionFailure()
    for detail in status_pb2.Status.FromString(packed).details if packed else ():
        if detail.Unpack(bad_request) and bad_request.field_violations:
            found["field"] = bad_request.field_violations[0].field
        elif detail.Unpack(retry):
            found["retry_after_s"] = retry.retry_delay.ToTimedelta().total_seconds()
        elif detail.Unpack(failure):
            found["conditions"] = tuple(one.description for one in failure.violations)
    return found
