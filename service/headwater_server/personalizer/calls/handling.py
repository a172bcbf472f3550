"""Bodies, keys, answers and errors of Personalizer's HTTP calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from headwater import HeadwaterError
from headwater_server.errors import Overloaded, StoreUnavailable
from headwater_server.personalizer.errors import (
    BAD_REQUEST,
    INTERNAL,
    AdapterError,
    from_call,
    from_store,
)

KEY_HEADER = "ocp-apim-subscription-key"
BODY_BYTES_MAX = 1_000_000
Handler = Callable[[Request], Awaitable[Response]]
_log = structlog.get_logger(__name__)


def guarded(handler: Handler) -> Handler:
    """Turn every exception into Personalizer's error."""

    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except AdapterError as error:
            return failed(error)
        except HeadwaterError as error:
            return failed(from_call(error))
        except (StoreUnavailable, Overloaded) as error:
            return failed(from_store(error))
        except Exception:  # noqa: BLE001 - logged under an id, answered as Personalizer does
            error_id = uuid4().hex[:12]
            _log.exception("call failed", path=request.url.path, error_id=error_id)
            text = f"internal error; look for error_id={error_id} in the log of headwater web"
            return failed(AdapterError(500, INTERNAL, text))

    return handled


async def body_of(request: Request) -> bytes:
    """Return the body. Raises `AdapterError` if it is encoded, too large or cut short."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        text = "content-encoding is not supported: send the body without it"
        raise AdapterError(415, BAD_REQUEST, text)
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > BODY_BYTES_MAX:
                text = f"the body has more than {BODY_BYTES_MAX} bytes"
                raise AdapterError(413, BAD_REQUEST, text)
            parts.append(part)
    except ClientDisconnect:  # or a chunk that is none: nobody waits for the answer
        raise AdapterError(400, BAD_REQUEST, "the body ended too early") from None
    return b"".join(parts)


def key_of_call(request: Request) -> str:
    """Return the key, "" if there is none."""
    return str(request.headers.get(KEY_HEADER, ""))


def answer(status: int, content: Any = None) -> Response:
    """Return an answer, as JSON if it has content."""
    headers = {"cache-control": "no-store"}
    if content is None:
        return Response(status_code=status, headers=headers)
    return JSONResponse(content, status_code=status, headers=headers)


def failed(error: AdapterError) -> Response:
    """Return an error as Personalizer's callers read it."""
    response = answer(error.status, error.body)
    if error.retry_after_s:
        response.headers["retry-after"] = str(error.retry_after_s)
    return response
