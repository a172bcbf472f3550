"""`headwater web`: the pages and the doors for HTTP, beside the server."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.settings_checks import BadSettings, check_exposure, checked

MISSING = "headwater web needs starlette and uvicorn: pip install 'headwater-server[gateway]'"


def web(
    listen: Annotated[
        str, typer.Option(help="host:port to serve HTTP on; port 0 takes a free one")
    ] = "127.0.0.1:8081",
    target: Annotated[
        str, typer.Option(help="host:port of the running server that is asked")
    ] = "127.0.0.1:50051",
    key: Annotated[
        str,
        typer.Option(
            envvar="HEADWATER_KEY",
            show_default=False,
            help="a backend key of that server, if it asks for one; best set as the variable",
        ),
    ] = "",
    insecure: Annotated[
        bool,
        typer.Option(help="listen beyond this machine without a key, on a network of your own"),
    ] = False,
) -> None:
    """Serve the console and the shop's page over HTTP, until SIGTERM or Ctrl-C.

    `headwater serve --gateway` starts it by itself. The server is reached through its public API
    only.
    """
    with explained():
        _check(listen, target, key, insecure=insecure)
        try:
            from headwater_server.web.app import make_app
            from headwater_server.web.process import serve
        except ImportError as error:
            if error.name in {"starlette", "uvicorn"}:
                fail(MISSING, FAILED)
            raise
        try:
            asyncio.run(serve(make_app(), listen, _say_ready))
        except OSError as error:
            fail(f"{listen}: {error.strerror or error}", FAILED)


def _check(listen: str, target: str, key: str, *, insecure: bool) -> None:
    for name, value in (("listen", listen), ("target", target)):
        try:
            checked("listen", str, value)
        except BadSettings as error:
            raise BadSettings(str(error).replace("listen", f"--{name}", 1)) from None
    try:
        check_exposure((listen,), has_keys=bool(key), insecure=insecure)
    except BadSettings as error:
        raise BadSettings(str(error).replace("HEADWATER_KEYS", "HEADWATER_KEY")) from None


def _say_ready(address: str) -> None:
    print(f"headwater web ready on http://{address}", flush=True)
