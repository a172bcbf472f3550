"""Personalizer's HTTP paths, headers, statuses and bodies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from headwater import HeadwaterError
from headwater_server.errors import Overloaded, StoreUnavailable
from headwater_server.personalizer.adapter import Adapter
from headwater_server.personalizer.errors import (
    BAD_REQUEST,
    INTERNAL,
    NOT_FOUND,
    UNAVAILABLE,
    AdapterError,
    from_call,
    from_store,
)
from headwater_server.personalizer.requests import rank_request, reward_value

BASE = "/personalizer/v1.0"
KEY_HEADER = "ocp-apim-subscription-key"
BODY_BYTES_MAX = 1_000_000
NO_STORE = (
    "Personalizer's API needs the store that holds the log: start headwater web with "
    "--redis-url, or with the --data-dir of the server"
)
Handler = Callable[[Request], Awaitable[Response]]
_log = structlog.get_logger(__name__)


def adapter_routes(adapter: Callable[[], Adapter | None]) -> list[BaseRoute]:
    """Return the routes. ``adapter`` returns the open one, or None if there is no store for it."""

    def opened() -> Adapter:
        found = adapter()
        if found is None:
            raise AdapterError(503, UNAVAILABLE, NO_STORE)
        return found

    async def rank(request: Request) -> Response:
        call = rank_request(await _body(request))
        return _answer(201, await opened().rank(_key(request), call))

    async def reward(request: Request) -> Response:
        value = reward_value(await _body(request))
        await opened().reward(_key(request), request.path_params["event_id"], value)
        return _answer(204)

    async def activate(request: Request) -> Response:
        await opened().activate(_key(request), request.path_params["event_id"])
        return _answer(204)

    async def unknown(request: Request) -> Response:
        raise AdapterError(
            404, NOT_FOUND, f"{request.method} {request.url.path} is not offered here"
        )

    event = f"{BASE}/events/{{event_id:path}}"
    return [
        Route(f"{BASE}/rank", _guarded(rank), methods=["POST"]),
        Route(f"{event}/reward", _guarded(reward), methods=["POST"]),
        Route(f"{event}/activate", _guarded(activate), methods=["POST"]),
        Route("/personalizer/{rest:path}", _guarded(unknown), methods=["GET", "POST", "PUT"]),
    ]


def _guarded(handler: Handler) -> Handler:
    """Turn every exception into Personalizer's error."""

    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except AdapterError as error:
            return _failed(error)
        except HeadwaterError as error:
            return _failed(from_call(error))
        except (StoreUnavailable, Overloaded) as error:
            return _failed(from_store(error))
        except Exception:  # noqa: BLE001 - logged under an id, answered as Personalizer does
            error_id = uuid4().hex[:12]
            _log.exception("call failed", path=request.url.path, error_id=error_id)
            text = f"internal error; look for error_id={error_id} in the log of headwater web"
            return _failed(AdapterError(500, INTERNAL, text))

    return handled


async def _body(request: Request) -> bytes:
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


def _key(request: Request) -> str:
    return str(request.headers.get(KEY_HEADER, ""))


def _answer(status: int, content: dict[str, Any] | None = None) -> Response:
    headers = {"cache-control": "no-store"}
    if content is None:
        return Response(status_code=status, headers=headers)
    return JSONResponse(content, status_code=status, headers=headers)


def _failed(error: AdapterError) -> Response:
    response = _answer(error.status, error.body)
    if error.retry_after_s:
        response.headers["retry-after"] = str(error.retry_after_s)
    return response
