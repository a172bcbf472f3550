"""Files that a command writes: checked before the work, whole or not there, failures in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from headwater_server.cli.failures import fail, reason_of
from headwater_server.settings_checks import BadSettings


def is_dir(path: Path) -> bool:
    """Whether there is such a directory; a name that is too long is none."""
    return os.path.isdir(path)  # noqa: PTH112 -- Path.is_dir raises for a name that is too long


def check_file(flag: str, path: Path | None) -> None:
    """Refuse a file that cannot be written, before work of minutes. Raises `BadSettings`.

    It tries: rights, a full name and a disk that is read-only show no other way.

    >>> check_file("--report", Path("/proc"))
    Traceback (most recent call last):
    headwater_server.settings_checks.BadSettings: --report /proc: is a directory; write a file's \
name
    """
    if path is None:
        return
    if is_dir(path):
        raise BadSettings(f"{flag} {path}: is a directory; write a file's name")
    if not path.absolute().parent.is_dir():
        raise BadSettings(f"{flag}: there is no directory {path.absolute().parent}")
    part = _part(path)
    try:
        part.open("xb").close()
    except OSError as error:
        raise BadSettings(f"{flag} {path}: cannot be written: {reason_of(error)}") from None
    finally:
        with suppress(OSError):
            part.unlink()


def check_folder(flag: str, path: Path | None) -> None:
    """Refuse a directory that could not be made or written to. Raises `BadSettings`."""
    if path is None:
        return
    is_there = is_dir(path)
    if not is_there and os.path.exists(path):  # noqa: PTH110 -- as `is_dir`
        raise BadSettings(f"{flag} {path}: is a file; give a directory")
    if is_there:
        check_file(flag, path / "new")
    else:
        check_file(flag, path)


@contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """Yield a name to write to; it becomes ``file`` when all is written, and goes when that fails.

    A failure ends the command with a sentence.
    """
    part = _part(file)
    try:
        yield part
        part.replace(file)
    except OSError as error:
        fail(f"{file} cannot be written: {reason_of(error)}")
    finally:
        with suppress(OSError):
            part.unlink()


def write_text(file: Path, text: str) -> None:
    """Write a text, whole or not at all; a failure ends the command with a sentence."""
    with new_file(file) as part:
        part.write_text(text, encoding="utf-8")


def _part(file: Path) -> Path:
    return file.with_name(f".{file.name}.{os.getpid()}.part")
