"""What a call may raise: each error says which field, or when to come back."""

from __future__ import annotations

from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

_DETAILS = "grpc-status-details-bin"


class HeadwaterError(Exception):
    """A call failed. ``code`` is gRPC's; ``field`` names what was wrong with the request, if so."""

    def __init__(
        self,
        message: str,
        *,
        code: grpc.StatusCode = grpc.StatusCode.UNKNOWN,
        field: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        """Take what the server said."""
        super().__init__(message)
        self.code = code
        self.field = field
        self.retry_after_s = retry_after_s


class InvalidRequestError(HeadwaterError):
    """The request is malformed; nothing was done. ``field`` names the place, as the API does."""


class NotFoundError(HeadwaterError):
    """What the request names does not exist."""


class UnauthenticatedError(HeadwaterError):
    """The server asks for a key, and this was none or another one."""


class PermissionDeniedError(HeadwaterError):
    """The key is right, and may not do this: its scopes are others, or a page's."""


class UnimplementedError(HeadwaterError):
    """This server's release does not have it yet."""


class OverloadedError(HeadwaterError):
    """The server has too much to do, also after the retries. Come back in ``retry_after_s``."""


class UnavailableError(HeadwaterError):
    """The server, or its store, is away, also after the retries."""


class DeadlineExceededError(HeadwaterError):
    """The time ran out. Events may or may not have been learned: send the same ones again."""


_KINDS: dict[grpc.StatusCode, type[HeadwaterError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequestError,
    grpc.StatusCode.NOT_FOUND: NotFoundError,
    grpc.StatusCode.UNAUTHENTICATED: UnauthenticatedError,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDeniedError,
    grpc.StatusCode.UNIMPLEMENTED: UnimplementedError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: OverloadedError,
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
    grpc.StatusCode.CANCELLED: UnavailableError,  # by a server that stops; our own is no RpcError
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
}


def from_rpc_error(error: grpc.RpcError) -> HeadwaterError:
    """Return the error that the caller gets for a failed call."""
    code, text = error.code(), error.details()
    trailers: Any = error.trailing_metadata() or ()
    packed = (value for key, value in trailers if key == _DETAILS)
    field, retry_after_s = _read_details(next(packed, b""))
    kind = _KINDS.get(code, HeadwaterError)
    return kind(text or code.name, code=code, field=field, retry_after_s=retry_after_s)


def _read_details(packed: bytes | str) -> tuple[str, float | None]:
    """Return the field and the seconds to wait, as far as the server told them."""
    field, retry_after_s = "", None
    bad_request, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    for detail in status_pb2.Status.FromString(packed).details if packed else ():
        if detail.Unpack(bad_request) and bad_request.field_violations:
            field = bad_request.field_violations[0].field
        elif detail.Unpack(retry):
            retry_after_s = retry.retry_delay.ToTimedelta().total_seconds()
    return field, retry_after_s
