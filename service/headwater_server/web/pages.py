"""The built pages of console, shop and reference, from the files in this package."""

from __future__ import annotations

import os
import re
from importlib.resources import as_file, files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from headwater_server.web.headers import FOREVER, FRESH

PAGES = ("console", "shop", "reference")
SHOP_DIR_VARIABLE = "HEADWATER_SHOP_DIR"
SHOP_FILES = ("config.json", "catalogue.json")
# Vite writes the content's hash into the name: assets/index-BxK3q0aZ.js
_HASHED = re.compile(r"(?:^|/)assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")


class Page(StaticFiles):
    """One page's folder. Files with a hash in their name are cached forever, others are not."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, with its cache-control header."""
        response = await self._found(path, scope)
        caching = FOREVER if _HASHED.search(path.replace(os.sep, "/")) else FRESH
        response.headers["cache-control"] = caching
        return response

    async def _found(self, path: str, scope: Scope) -> Response:
        """Return the file; for a path that names a view, not a file, return index.html."""
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or "." in path.rpartition(os.sep)[2]:
                raise
            return await super().get_response("index.html", scope)


def page_routes(static: Path | None = None) -> list[BaseRoute]:
    """Return the routes of all pages; a page that was not built answers with that."""
    folder = static or _packaged()
    routes: list[BaseRoute] = [
        Route(f"/shop/{name}", _shop_file, methods=["GET"], name=name) for name in SHOP_FILES
    ]
    for name in PAGES:
        built = (folder / name / "index.html").is_file()
        app = Page(directory=folder / name, html=True) if built else _missing(name)
        routes += [Route(f"/{name}", _with_slash), Mount(f"/{name}", app=app)]
    return routes


def _packaged() -> Path:
    with as_file(files("headwater_server.web") / "static") as folder:
        return folder


def _missing(name: str) -> Response:
    text = f"The page /{name}/ was not built into this package: run `npm run build` in web/{name}."
    return Response(text + "\n", status_code=404, media_type="text/plain")


async def _with_slash(request: Request) -> Response:
    return RedirectResponse(f"{request.url.path}/")


async def _shop_file(request: Request) -> Response:
    """Return a configuration file of the demo shop, such as its publishable key."""
    name = request.url.path.rpartition("/")[2]
    folder = os.environ.get(SHOP_DIR_VARIABLE)
    path = Path(folder, name) if folder else None
    if path is None or not path.is_file():
        raise HTTPException(404, f"{name}: {SHOP_DIR_VARIABLE} names no directory that has it")
    return FileResponse(path, media_type="application/json", headers={"cache-control": FRESH})
