"""Errors as Personalizer's callers get them: status, code, message."""

from __future__ import annotations

import math
from typing import Any

from grpc import StatusCode

from headwater import HeadwaterError
from headwater_server.errors import Overloaded, StoreUnavailable

# Personalizer's own codes; those that are numbers come from the gateway of Azure's services
BAD_REQUEST = "BadRequest"
NOT_FOUND = "ResourceNotFound"
INTERNAL = "InternalServerError"
UNAVAILABLE = "ServiceUnavailable"
NOT_ALLOWED = "OperationNotAllowed"

_STATUSES: dict[StatusCode, tuple[int, str]] = {
    StatusCode.INVALID_ARGUMENT: (400, BAD_REQUEST),
    StatusCode.UNAUTHENTICATED: (401, "401"),
    StatusCode.PERMISSION_DENIED: (403, "403"),
    StatusCode.NOT_FOUND: (404, NOT_FOUND),
    StatusCode.FAILED_PRECONDITION: (409, NOT_ALLOWED),
    StatusCode.RESOURCE_EXHAUSTED: (429, "429"),
    StatusCode.UNAVAILABLE: (503, UNAVAILABLE),
    StatusCode.DEADLINE_EXCEEDED: (504, UNAVAILABLE),
    StatusCode.CANCELLED: (503, UNAVAILABLE),
}
_KEY_NEEDED = (
    "Access denied due to invalid subscription key: send a backend key of Headwater in the header "
    "Ocp-Apim-Subscription-Key"
)


class AdapterError(Exception):
    """An error as the adapter answers it. ``inner`` is the more precise code."""

    def __init__(
        self, status: int, code: str, message: str, inner: str = "", retry_after_s: int = 0
    ) -> None:
        """State the problem and the fix in ``message``."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.inner = inner
        self.retry_after_s = retry_after_s

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        if self.inner:
            error["innerError"] = {"code": self.inner}
        return {"error": error}


def bad_request(inner: str, message: str) -> AdapterError:
    """Return the error of a request that is not valid.

    >>> bad_request("InvalidRankRequest", "actions: is empty").body["error"]["code"]
    'BadRequest'
    """
    return AdapterError(400, BAD_REQUEST, message, inner)


def not_offered(what: str, instead: str) -> AdapterError:
    """Return the error of a call that has no counterpart here, with what to use instead.

    >>> not_offered("PUT /model", "headwater import").status
    501
    """
    return AdapterError(
        501, NOT_ALLOWED, f"{what} has no counterpart here: {instead}", "NotOffered"
    )


def from_call(error: HeadwaterError) -> AdapterError:
    """Return Personalizer's error for a failed call to the server."""
    status, code = _STATUSES.get(error.code, (500, INTERNAL))
    text = _KEY_NEEDED if status == 401 else str(error)
    return AdapterError(status, code, text, retry_after_s=math.ceil(error.retry_after_s or 0))


def from_store(error: StoreUnavailable | Overloaded) -> AdapterError:
    """Return Personalizer's error for a store that is away or full."""
    return AdapterError(503, UNAVAILABLE, str(error), retry_after_s=1)
