"""Put a lake's entries into an empty store, byte for byte: the same log, so the same digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headwater_server.lake.files import BadLake, Lake, entries_of
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.codecs.raw import Raw, check_chained
from headwater_server.storage.storage import Storage


async def restore(
    lake: Lake, storage: Storage, on_entries: Callable[[int, int], None] = lambda _n, _of: None
) -> int:
    """Append what the store lacks; return how many entries. Run it again after an interruption.

    Raises `BadLake` before anything is written if the store holds another log, or if the lake
    lacks the beginning.
    """
    files = lake.files()
    if not files:
        raise BadLake(f"{lake.path}: there is no lake of this catalogue")
    if files[0].first != 1:
        raise BadLake(
            f"{lake.path} begins with entry {files[0].first}: the log before it was trimmed, so "
            "no state can be restored from it alone"
        )
    head = await storage.log.head()
    _check_same(lake, head)
    restoring, before = storage.restoring, head
    for entry in _entries(lake, head.sequence):
        check_chained(before, entry)
        await restoring.append(before, entry)
        before = entry.position
        on_entries(before.sequence, files[-1].last)
    return before.sequence - head.sequence


def _entries(lake: Lake, after: int) -> Iterator[Raw]:
    for file in lake.files():
        if file.last > after:
            yield from (entry for entry in entries_of(file) if entry.position.sequence > after)


def _check_same(lake: Lake, head: Position) -> None:
    """Raise unless the store is empty, or holds the beginning of this very log."""
    if head == START:
        return
    file = next((one for one in lake.files() if one.first <= head.sequence <= one.last), None)
    found = (entry.position for entry in entries_of(file)) if file else iter(())
    if head not in found:
        raise BadLake(
            "the store is not empty, and its log is not the beginning of this lake's; give an "
            "empty --data-dir, or another --catalogue"
        )
