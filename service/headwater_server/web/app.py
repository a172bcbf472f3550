"""The web process as an ASGI application: pages, health, Personalizer's API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from headwater_server.personalizer.adapter import Adapter
from headwater_server.personalizer.routes import adapter_routes
from headwater_server.web.headers import NEVER, SecurityHeaders
from headwater_server.web.hosts import AllowedHosts
from headwater_server.web.pages import page_routes
from headwater_server.web.person_sessions import PersonSessions

GZIP_BYTES_MIN = 1_000


Opening = Callable[[], AbstractAsyncContextManager[Adapter]]


def make_app(
    opening: Opening | None = None,
    static: Path | None = None,
    hosts: frozenset[str] | None = None,
    more_routes: Sequence[BaseRoute] = (),
    on_stop: Callable[[], Awaitable[None]] | None = None,
) -> Starlette:
    """Return the application: the pages in ``static``, and Personalizer's API.

    ``opening`` opens the adapter for as long as the application runs; None: it has no store.
    ``more_routes``: those of signing in, before the pages, which have paths of the same beginning.
    ``on_stop`` closes what they use.
    ``hosts`` are the names it answers to, besides addresses; None: all.
    """
    opened: list[Adapter] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as parts:
            if on_stop is not None:
                parts.push_async_callback(on_stop)
            if opening is not None:
                opened.append(await parts.enter_async_context(opening()))
            yield

    adapters = adapter_routes(lambda: opened[0] if opened else None)
    return Starlette(
        routes=[Route("/healthz", _healthz), *adapters, *more_routes, *page_routes(static)],
        lifespan=lifespan,
        middleware=[
            Middleware(SecurityHeaders),
            *([] if hosts is None else [Middleware(AllowedHosts, names=hosts)]),
            Middleware(GZipMiddleware, minimum_size=GZIP_BYTES_MIN),
            Middleware(PersonSessions),
        ],
        exception_handlers={HTTPException: _error_text},
    )


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"cache-control": NEVER})


async def _error_text(request: Request, error: Exception) -> Response:
    """Answer with one sentence of plain text."""
    if not isinstance(error, HTTPException):
        raise error
    nothing = f"There is nothing at {request.url.path}."
    text = nothing if error.detail == "Not Found" else error.detail
    return PlainTextResponse(f"{text}\n", error.status_code, headers=error.headers)
