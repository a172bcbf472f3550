"""The flags that name a running server, and the key for it."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from headwater_server.settings_checks import BadSettings
from headwater_server.settings_secrets import from_file

_PORT = re.compile(r":\d+$")


def key_from_file(text: str) -> str:
    """Return a key, or that of the file that ``@PATH`` names. Raises `BadSettings`."""
    try:
        return from_file("key", text)
    except ValueError as error:
        raise BadSettings(str(error)) from None


def key_option(text: str) -> str:
    """Return the same for a flag; typer reports the error."""
    try:
        return key_from_file(text)
    except BadSettings as error:
        raise typer.BadParameter(str(error)) from None


def target_option(text: str | None) -> str | None:
    """Return the address of a server; typer reports one without a port.

    gRPC would take 443, where no server of ours listens.
    """
    if text and not text.startswith("unix:") and not _PORT.search(text):
        raise typer.BadParameter(f"{text} has no port: write host:port, such as {text}:50051")
    return text


Target = Annotated[
    str | None, typer.Option(callback=target_option, help="host:port of a running server")
]
Key = Annotated[
    str,
    typer.Option(
        envvar="HEADWATER_KEY",
        show_default=False,
        callback=key_option,
        help="API key for the server of --target, if it requires one; better set as HEADWATER_KEY, "
        "or @PATH of a file with it",
    ),
]
