"""How a command ends when it fails: one line that says what to do, and an honest exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from headwater_server.errors import SEND_KEY, HeadwaterError
from headwater_server.reading.problems import BadFile
from headwater_server.settings_checks import BadSettings

FAILED = 1  # the command ran and did not succeed
MISUSED = 2  # nothing ran: a flag, a setting or a file is wrong
INTERRUPTED = 130  # as of Ctrl-C
SHOWN = 100


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors that a user can fix into one line and an exit code."""
    try:
        yield
    except (BadSettings, BadFile) as error:
        fail(str(error), MISUSED)
    except HeadwaterError as error:
        fail(str(error), FAILED)
    except OSError as error:  # of a file that was named: no right to it, a name too long
        if error.filename is None:
            raise
        fail(os_error_text(error), FAILED)


def os_error_text(error: OSError) -> str:
    """Return what the system says, and of which file.

    >>> os_error_text(OSError(2, "No such file or directory", "a.csv")), os_error_text(OSError("x"))
    ('a.csv: No such file or directory', 'x')
    """
    if error.filename is None:
        return reason_of(error)
    return f"{shown_name(error.filename)}: {reason_of(error)}"


def reason_of(error: OSError) -> str:
    """Return what the system says, without its number.

    >>> reason_of(OSError(28, "No space left on device")), reason_of(OSError("x"))
    ('No space left on device', 'x')
    """
    return error.strerror or str(error)


def shown_name(path: object) -> str:
    """Return a path for a message; the end of a long one is enough to know it.

    >>> shown_name("a.csv"), len(shown_name("n" * 300))
    ('a.csv', 101)
    """
    text = str(path)
    return text if len(text) <= SHOWN else f"…{text[-SHOWN:]}"


@contextmanager
def valid_engine() -> Iterator[None]:
    """Report a bad setting when no engine can be made with the given settings."""
    try:
        yield
    except ValueError as error:
        raise BadSettings(str(error)) from error


def fail(text: str, code: int = FAILED) -> NoReturn:
    """Write the error to standard error and end the command.

    What a program sends as metadata, the command line has a flag for.
    """
    text = text.replace(SEND_KEY, "set HEADWATER_KEY, or give --key")
    name = typer.style("headwater:", fg="red", bold=True) if sys.stderr.isatty() else "headwater:"
    typer.echo(f"{name} {text}", err=True)
    raise typer.Exit(code)
