"""`headwater rebuild`: replay the log into a new state, if asked without erased profiles."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.cli.stores import check_one_existing, chosen_store, store_explained
from headwater_server.settings import Settings, load_settings

if TYPE_CHECKING:
    from headwater_server.engine.engine import Engine
    from headwater_server.replica.ports.position import Position
    from headwater_server.storage.storage import Storage

LIVE_MS = 10_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a rebuild did, as proof of an erasure."""

    catalogue: str
    time: str
    without_erased: bool
    profiles_erased: int
    entries_rewritten: int
    operations_removed: int
    archive_files_rewritten: int
    digest_before: str
    digest_after: str
    offset: str
    first_entry_kept: int
    out_of_reach: list[str]


def rebuild(
    flags: dict[str, Any],
    without_erased: Annotated[
        bool,
        typer.Option(
            "--without-erased",
            help="first remove the events of erased users and visitors from log and archive",
        ),
    ] = False,
    receipt: Annotated[
        Path | None,
        typer.Option(help="file for the receipt (default ./rebuild-CATALOGUE-OFFSET.json)"),
    ] = None,
) -> None:
    """Replay the log into a new state and publish it. Stop all servers of the catalogue first.

    Can be interrupted and run again at any time.
    """
    import asyncio

    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_existing(None, settings)
        done = asyncio.run(_rebuild(settings, without_erased=without_erased))
    text = json.dumps(asdict(done), indent=2)
    path = receipt or Path(f"rebuild-{done.catalogue}-{done.offset}.json")
    path.write_text(text + "\n")
    print(text)
    print(f"receipt: {path}")


KEPT_BY_KAFKA = (
    "records of a Kafka topic cannot be rewritten: what erased profiles did leaves with the "
    "entries that are trimmed (log_entries_kept_min) and with archived segments (archive_days): "
    "see docs/kafka.md"
)


async def _rebuild(settings: Settings, *, without_erased: bool) -> Receipt:
    from headwater_server.storage.rebuild.rewriting import Rewriting, Rewritten

    async with chosen_store(settings) as storage:
        await _refuse_live(storage)
        if without_erased and storage.place.log:
            fail(KEPT_BY_KAFKA, FAILED)
        before, _ = await _fold_from_newest(storage)
        first = await _first_kept(storage)
        rewritten = Rewritten()
        if without_erased:
            if first <= 1:  # or a kill in between would leave a state that the log does not give
                await _drop_snapshots(storage)
            rewritten = await Rewriting(storage).run()
            storage.log.forget_read()
        after, position = await _refold(storage, first)
        if without_erased:
            await storage.store.call("BGREWRITEAOF")
        return Receipt(
            catalogue=storage.settings.catalogue,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            without_erased=without_erased,
            profiles_erased=len(rewritten.erased.places),
            entries_rewritten=len(rewritten.entries),
            operations_removed=rewritten.operations,
            archive_files_rewritten=rewritten.files,
            digest_before=before,
            digest_after=after,
            offset=position.offset,
            first_entry_kept=first,
            out_of_reach=_out_of_reach(storage, first) if without_erased else [],
        )


async def _refuse_live(storage: Storage) -> None:
    live = await storage.replicas.live(LIVE_MS)
    if live:
        names = ", ".join(f"{standing.pid} on {standing.host}" for standing in live)
        fail(f"stop the servers of this catalogue first: {names}", FAILED)


async def _fold_from_newest(storage: Storage) -> tuple[str, Position]:
    from headwater_server.engine.engine import Engine
    from headwater_server.replica.snapshots.fold import fold

    engine, position = await fold(storage.log, Engine, snapshots=storage.snapshots)
    return engine.digest(), position


async def _first_kept(storage: Storage) -> int:
    first = await storage.stream.first()
    archived = storage.archive.span()[0] if storage.archive else 0
    on_log = first.position.sequence if first else 1
    return min(archived, on_log) if archived else on_log


async def _drop_snapshots(storage: Storage) -> None:
    for snapshot_id in await storage.snapshots.ids():
        await storage.snapshots.drop(snapshot_id)


async def _refold(storage: Storage, first: int) -> tuple[str, Position]:
    from headwater_server.cli.progress import Progress
    from headwater_server.cli.publish_state import publish
    from headwater_server.replica.ports.position import START

    engine, position = await _beginning(storage, first)
    head = await storage.log.head()
    with Progress("replay", head.sequence) as progress:
        async for logged in storage.log.iterate(position):
            engine.apply(logged.entry)
            position = logged.position
            progress.at(position.sequence, "entries")
    if position != START:
        await publish(engine, position, storage.snapshots, instead_of_all=True)
    return engine.digest(), position


async def _beginning(storage: Storage, first: int) -> tuple[Engine, Position]:
    """Return the oldest state from which everything that is kept can be replayed."""
    from headwater_server.engine.engine import Engine
    from headwater_server.replica.faults import DamagedSnapshot
    from headwater_server.replica.ports.position import START

    if first <= 1:
        return Engine(), START
    kept = await storage.snapshots.published()
    for meta in reversed([meta for meta in kept if meta.position.sequence >= first - 1]):
        try:
            return Engine.restore(await storage.snapshots.load(meta)), meta.position
        except (DamagedSnapshot, ValueError) as error:
            print(f"the snapshot at {meta.position.offset} is skipped: {error}")
    return fail(f"entries before {first} are gone, and no readable snapshot covers them")


def _out_of_reach(storage: Storage, first: int) -> list[str]:
    lines = ["backups and copies of the store and the archive, and data that callers keep"]
    if first > 1:
        lines.append(
            f"entries 1 to {first - 1}, which are deleted: what the oldest snapshot had learned "
            "from them stays in the weights"
        )
    if storage.archive is None:
        lines.append("an archive on another machine: set its archive_dir")
    elif aside := sorted(path.name for path in storage.archive.path.glob("*.aside")):
        lines.append(f"archived entries that were moved aside: {', '.join(aside)}")
    lines += [
        "rejected events: `headwater quarantine drop` deletes them by visitor",
        "the store's append-only file, until the rewrite that has just started ends",
    ]
    return lines
