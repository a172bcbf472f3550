"""Files end with their hour: of an hour that is over, and of one that is not."""

from __future__ import annotations

import pytest

from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.lake.files import HOUR_MS, Lake
from headwater_server.lake.writing import GRACE_MS, write
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.codecs.entry_codec import encode_operations
from headwater_server.storage.codecs.stored_entry import StoredEntry

NOON_MS = 1_750_000_000_000 // HOUR_MS * HOUR_MS


class Recorded:
    """The reading half of a log, with entries at given times."""

    def __init__(self, *times_ms):
        self.entries = [
            StoredEntry(
                Position(f"{time_ms}-{n}", n), pb.Entry.FromString(encode_operations([act(n)]))
            )
            for n, time_ms in enumerate(times_ms, 1)
        ]

    async def head(self):
        return self.entries[-1].position if self.entries else START

    async def iterate(self, after, until=None):
        del until
        for entry in self.entries[after.sequence :]:
            yield entry


def act(number):
    return Event(f"e{number}", "click", "v", items=(EventItem("i"),))


def ranges(lake):
    return [(file.path.parent.name, file.first, file.last) for file in lake.files()]


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path, "shop")


async def test_an_hour_is_a_file_also_the_last_once_it_is_over(lake):
    log = Recorded(NOON_MS, NOON_MS + HOUR_MS - 1, NOON_MS + HOUR_MS, NOON_MS + 5 * HOUR_MS)
    over = NOON_MS + 6 * HOUR_MS + GRACE_MS
    written = await write(log, lake, over - 1)
    assert (written.files, written.waiting) == (2, 1)
    assert [(first, last) for _, first, last in ranges(lake)] == [(1, 2), (3, 3)]
    assert (await write(log, lake, over)).files == 1
    assert [hour for hour, _, _ in ranges(lake)] == ["hour=15", "hour=16", "hour=20"]


async def test_a_clock_that_goes_back_makes_another_file_of_the_hour(lake):
    log = Recorded(NOON_MS, NOON_MS + HOUR_MS, NOON_MS + 1)
    await write(log, lake, NOON_MS, also_open=True)
    assert sorted(first for _, first, _ in ranges(lake)) == [1, 2, 3]


async def test_a_part_of_a_file_that_a_kill_left_is_not_read(lake):
    await write(Recorded(NOON_MS), lake, NOON_MS, also_open=True)
    (file,) = lake.files()
    left = file.path.with_name(f"{2:020d}-{9:020d}.parquet.part")
    left.write_bytes(b"half")
    assert lake.files() == [file]
    assert lake.end() == Position(f"{NOON_MS}-1", 1)
