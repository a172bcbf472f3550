"""Asks a running server about policies and experiments; errors become one line for each reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from headwater_server.cli.failures import explained, fail
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater import Client

TIMEOUT_S = 30.0


@contextmanager
def asked(target: str | None, key: str) -> Iterator[Client]:
    """Yield a client of the server; its errors end the command."""
    from headwater import Client, FailedPreconditionError, HeadwaterError

    with explained():
        if not target:
            raise BadSettings("give --target H:P: the command asks a running server")
        try:
            with Client(target, key=key) as client:
                yield client
        except FailedPreconditionError as error:
            if len(error.conditions) < 2:
                fail(f"{target}: {error}")
            for condition in error.conditions:
                typer.echo(f"  - {condition}", err=True)
            fail(f"{target}: the state of the server does not allow it")
        except HeadwaterError as error:
            fail(f"{target}: {error}")


def confirm(question: str, *, yes: bool) -> None:
    """Return if the user agrees; end the command if not, or if there is nobody to ask."""
    import sys

    if yes:
        return
    if not sys.stdin.isatty():
        raise BadSettings(f"{question} Give --yes: there is nobody to ask")
    typer.confirm(question, abort=True)
