"""`python -m benchmarks.evaluation cost --folder` records a log once and measures it often."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.evaluation.cost import NOTE, BadFolderError, recorded
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

EVENTS, SEED = 40, 3


async def head_of(folder):
    async with open_storage(StorageSettings(), data_dir=folder) as storage:
        return await storage.log.head()


def test_a_folder_is_recorded_once(tmp_path):
    folder = tmp_path / "log"
    first = recorded(folder, EVENTS, SEED)
    assert first.lists > 0
    assert first.events >= first.lists
    head = asyncio.run(head_of(folder))
    assert recorded(folder, EVENTS, SEED) == first
    assert asyncio.run(head_of(folder)) == head
    with pytest.raises(BadFolderError, match="40 events of seed 3"):
        recorded(folder, EVENTS, SEED + 1)


def test_a_log_that_was_not_finished_is_not_measured(tmp_path):
    recorded(tmp_path, EVENTS, SEED)
    (tmp_path / NOTE).unlink()
    with pytest.raises(BadFolderError, match="half a log"):
        recorded(tmp_path, EVENTS, SEED)
