"""A recorded log for tests of `headwater evaluate`, and the command on it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from benchmarks.evaluation.recorded import RecordedShop
from headwater_server.cli.publish_state import publish
from headwater_server.cli.root import commands
from headwater_server.replica.ports.position import Position
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.segment import write_segment
from headwater_server.storage.codecs.raw import raw_of
from headwater_server.storage.key_names import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage

VISITS, HALF = 720, 380


@dataclass(frozen=True)
class Recorded:
    """A recorded log: its data directory, its archive, where a snapshot is, its last digest."""

    data_dir: Path
    archive_dir: Path
    middle: Position
    end: Position
    digest: str
    lists: int


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    data_dir = tmp_path_factory.mktemp("data")
    archive_dir = tmp_path_factory.mktemp("archive")

    async def record() -> Recorded:
        async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
            shop = RecordedShop(storage.log, candidates=True, buying=0.2)
            await shop.begin()
            await shop.serve(HALF)
            middle = await shop.end()
            await publish(shop.engine, middle, storage.snapshots)
            await shop.serve(VISITS - HALF)
            end = await shop.end()
            await _archive(storage, archive_dir)
            return Recorded(data_dir, archive_dir, middle, end, shop.engine.digest(), shop.lists)

    return asyncio.run(record())


async def _archive(storage: Storage, directory: Path) -> None:
    """Write the whole log as an archive of three files."""
    found = await storage.store.call("XRANGE", Keys("default").log, "-", "+")
    raws = [raw_of(offset.decode(), _fields(fields)) for offset, fields in found]
    path = Archive(directory, "default").path
    path.mkdir()
    third = len(raws) // 3
    for part in (raws[:third], raws[third : 2 * third], raws[2 * third :]):
        write_segment(path, part)


def _fields(fields: Any) -> dict[bytes, bytes]:
    return (
        dict(fields)
        if isinstance(fields, dict)
        else dict(zip(fields[::2], fields[1::2], strict=True))
    )


def evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["evaluate", *map(str, arguments)])


def report(tmp_path: Path, *arguments: object, code: int | None = 0) -> dict[str, Any]:
    path = tmp_path / "report.json"
    result = evaluate(*arguments, "--report", path)
    assert result.exit_code in ((0, 3) if code is None else (code,)), result.output
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def toml(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / f"{name}.toml"
    path.write_text(text)
    return path
