"""What the console learns about signing in where no provider is set: that keys alone open it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from headwater_server.web.headers import NEVER


async def _no_sign_in(_request: Request) -> Response:
    return JSONResponse({"signIn": "", "session": None}, headers={"cache-control": NEVER})


def no_sign_in_routes() -> list[BaseRoute]:
    """Return the only route, so that the page need not provoke a 404."""
    return [Route("/console/auth/session", _no_sign_in, methods=["GET"])]
