"""The web process as an ASGI application: pages, health, doors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from headwater_server.web.headers import NEVER, SecurityHeaders
from headwater_server.web.pages import page_routes

GZIP_BYTES_MIN = 1_000


def make_app(doors: Sequence[BaseRoute] = (), static: Path | None = None) -> Starlette:
    """Return the application: ``doors`` first, then the pages in ``static``."""
    return Starlette(
        routes=[Route("/healthz", _healthz), *doors, *page_routes(static)],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(GZipMiddleware, minimum_size=GZIP_BYTES_MIN),
        ],
        exception_handlers={HTTPException: _told},
    )


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"cache-control": NEVER})


async def _told(request: Request, error: Exception) -> Response:
    """Answer with a sentence."""
    if not isinstance(error, HTTPException):
        raise error
    nothing = f"There is nothing at {request.url.path}."
    text = nothing if error.detail == "Not Found" else error.detail
    return PlainTextResponse(f"{text}\n", error.status_code, headers=error.headers)
