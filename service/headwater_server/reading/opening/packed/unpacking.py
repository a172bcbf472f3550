"""Compressed files and archives, unpacked into the working directory as they are read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

import zstandard

from headwater_server.reading.opening.magic import kind_of, refusal_of
from headwater_server.reading.opening.packed import gorse_dump
from headwater_server.reading.opening.packed.room import NoRoomError, Room
from headwater_server.reading.opening.places import Source, is_data, is_hidden
from headwater_server.reading.problems import BadFile, EmptyFile, Problem
from headwater_server.reading.session import Session

CHUNK = 1 << 20
DEPTH_MAX = 4
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError, lzma.LZMAError,
            zipfile.BadZipFile)  # fmt: skip


def _open_zstd(path: str) -> Any:
    file = Path(path).open("rb")  # noqa: SIM115 - the reader closes it
    return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True, closefd=True)


_OPENERS: dict[str, Any] = {
    "gzip": gzip.open,
    "bzip2": bz2.open,
    "xz": lzma.open,
    "zstd": _open_zstd,
}


def unpacked(source: Source, session: Session, depth: int = 0) -> Iterator[tuple[Source, str]]:
    """Yield (file, kind) of what is in it: text, parquet or sheet. Raises `BadFile`."""
    if not source.path.is_file():
        raise _bad(
            source, "a pipe or device, which can be read only once: write it to a file first"
        )
    try:
        with source.path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise _bad(source, error.strerror or str(error)) from None
    if reason := refusal_of(head):
        raise _bad(source, reason)
    if not head.strip():
        raise EmptyFile(Path(source.name))
    kind = kind_of(head)
    if kind == "zip":
        kind = _kind_of_zip(source)
    if gorse_dump.is_dump(head):
        yield from ((inner, "text") for inner in _of_dump(source, session))
    elif kind in {"text", "parquet", "sheet"}:
        yield source, kind
    elif depth == DEPTH_MAX:
        raise _bad(source, "an archive in an archive in an archive: unpack it first")
    else:
        for inner in _members(source, session) if kind == "zip" else _one(source, kind, session):
            yield from unpacked(inner, session, depth + 1)


def _one(source: Source, kind: str, session: Session) -> Iterator[Source]:
    try:
        opened = _OPENERS[kind](str(source.path))
        path = _copied(opened, source, session, Room(source.path, session.directory))
    except OSError as error:  # bz2 says damage so
        raise _bad(source, "the compressed file is damaged or cut short") from error
    yield replace(source, path=path, container=kind)


def _members(source: Source, session: Session) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(source.path) as archive:
            every = [one for one in archive.infolist() if not one.is_dir()]
            infos = [one for one in every if _is_member(one)]
            for info in every:
                if info not in infos and not is_hidden(Path(info.filename)):
                    why = "it is no data" if info.file_size else "it is empty"
                    session.unread[f"{source.name}: {info.filename}"] = why
            if not infos:
                raise _bad(source, "the archive holds no files of data")
            if any(info.flag_bits & 1 for info in infos):
                raise _bad(source, "the archive needs a password: unpack it first")
            room = Room(source.path, session.directory)
            for info in sorted(infos, key=lambda one: one.filename):
                path = _copied(archive.open(info), source, session, room)
                name = f"{source.name}: {info.filename}"
                many = source.from_many or len(infos) > 1
                yield replace(source, name=name, path=path, container="zip", from_many=many)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _bad(source, "the archive is damaged or cut short") from error


def _of_dump(source: Source, session: Session) -> Iterator[Source]:
    try:
        yield from gorse_dump.members(source, session)
    except NoRoomError as error:
        raise _bad(source, str(error)) from None


def _is_member(info: zipfile.ZipInfo) -> bool:
    return info.file_size > 0 and is_data(Path(PurePosixPath(info.filename)))


def _kind_of_zip(source: Source) -> str:
    try:
        with zipfile.ZipFile(source.path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError) as error:
        raise _bad(source, "the archive is damaged or cut short") from error
    for name, what in {"word/": "a Word document", "ppt/": "a PowerPoint file"}.items():
        if "[Content_Types].xml" in names and any(one.startswith(name) for one in names):
            raise _bad(source, f"{what}: give its table as CSV or Excel")
    of_excel = names & {"xl/workbook.xml", "xl/workbook.bin"}
    return "sheet" if of_excel or {"content.xml", "mimetype"} <= names else "zip"


def _copied(opened: IO[bytes], source: Source, session: Session, room: Room) -> Path:
    path, done = session.new_file(".unpacked"), 0
    try:
        with opened, path.open("wb") as out:
            while chunk := opened.read(CHUNK):
                room.take(len(chunk))
                out.write(chunk)
                done += len(chunk)
                session.watch(f"unpack {source.given.name}, bytes", done, 0)
    except NoRoomError as error:
        raise _bad(source, str(error)) from None
    except _DAMAGED as error:
        raise _bad(source, "the compressed file is damaged or cut short") from error
    return path


def _bad(source: Source, reason: str) -> BadFile:
    return BadFile(Path(source.name), [Problem(0, "", reason)])
