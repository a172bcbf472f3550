"""The files that a command names: files, folders and patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from headwater_server.reading.problems import BadFile, Problem

_NO_DATA = {".md", ".pdf", ".html", ".crc", ".py", ".ipynb"}


@dataclass(frozen=True)
class Source:
    """A file to open. ``given`` is what a person named; ``from_many``: one of several there.

    ``encoding`` is that of its text if this is no UTF-8, as a person said.
    """

    name: str
    given: Path
    path: Path
    container: str = ""
    from_many: bool = False
    encoding: str = ""

    @property
    def short(self) -> str:
        """The name for progress: without the folders that a person named."""
        return self.name.replace(str(self.given), self.given.name, 1)


def sources(given: Iterable[Path]) -> list[Source]:
    """Return the files, those of folders and patterns by name. Raises `BadFile`."""
    found: dict[Path, Source] = {}
    for path in given:
        try:
            inner = _sources_at(path)
        except OSError as error:  # a folder that this user may not read
            raise BadFile(path, [Problem(0, "", _why(error, path))]) from None
        for source in inner:
            found.setdefault(source.path.absolute(), source)
    return list(found.values())


def _why(error: OSError, path: Path) -> str:
    where = f": {error.filename}" if error.filename and str(error.filename) != str(path) else ""
    return f"{error.strerror or error}{where}"


def _files_in(folder: Path) -> list[Path]:
    """Return the files of data below a folder, by name. Raises OSError for what it cannot list."""
    found: list[Path] = []
    for parent, _, names in os.walk(folder, onerror=_raise):  # links to folders are not followed
        found += [Path(parent, name) for name in names]
    return sorted(one for one in found if one.is_file() and is_data(one))


def _raise(error: OSError) -> NoReturn:
    raise error


def _sources_at(path: Path) -> list[Source]:
    if path.is_dir():
        inner = _files_in(path)
        if not inner:
            raise BadFile(path, [Problem(0, "", "the folder holds no files")])
        return [Source(str(one), path, one, from_many=len(inner) > 1) for one in inner]
    if not path.exists() and glob.has_magic(str(path)):
        inner = sorted(Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207
        if not inner:
            raise BadFile(path, [Problem(0, "", "no file has such a name")])
        return [Source(str(one), one, one) for one in inner if one.is_file()]
    if not path.exists():
        raise BadFile(path, [Problem(0, "", "No such file or directory")])
    return [Source(str(path), path, path)]


def is_data(path: Path) -> bool:
    """Return whether a file of a folder or archive may be one of data: no readme, nothing hidden.

    >>> is_data(Path("2019-Oct.csv")), is_data(Path("__MACOSX/x.csv")), is_data(Path("README"))
    (True, False, False)
    """
    is_about = path.stem.upper() in {"README", "LICENSE", "NOTICE"}
    return not (is_hidden(path) or is_about or path.suffix.lower() in _NO_DATA)


def is_hidden(path: Path) -> bool:
    """Return whether a program put the file there for itself."""
    return any(part.startswith((".", "__MACOSX", "_SUCCESS")) for part in path.parts[-2:])
