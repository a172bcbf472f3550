"""How a command ends when it cannot do what it was asked: one line that helps, an honest code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from headwater_server.errors import HeadwaterError
from headwater_server.evaluation.problems import BadFile
from headwater_server.settings_checks import BadSettings

FAILED = 1  # it was tried, and did not work
MISUSED = 2  # nothing was tried: a flag, a setting or a file is wrong


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors that a user can do something about into a line and an exit code."""
    try:
        yield
    except (BadSettings, BadFile) as error:
        fail(str(error), MISUSED)
    except HeadwaterError as error:
        fail(str(error), FAILED)


@contextmanager
def valid_engine() -> Iterator[None]:
    """Say it as a bad setting when an engine cannot be made with the settings given."""
    try:
        yield
    except ValueError as error:
        raise BadSettings(str(error)) from error


def fail(text: str, code: int = FAILED) -> NoReturn:
    """Say what went wrong on standard error, and end."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold red]headwater:[/] {escape(text)}")
    raise typer.Exit(code)
