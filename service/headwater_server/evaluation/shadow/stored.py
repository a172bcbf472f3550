"""The shadow's own state, in a directory or a bucket: what a restart goes on from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import structlog

from headwater_server.engine.engine import Engine
from headwater_server.engine.snapshot.versions import RIVER_VERSION
from headwater_server.errors import CommandFailed
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.shadow.ahead import Mark
from headwater_server.evaluation.shadow.asked import ShadowAsked
from headwater_server.evaluation.shadow.behind import Behind
from headwater_server.evaluation.shadow.quality import Quality
from headwater_server.evaluation.shadow.rows import Rows
from headwater_server.evaluation.shadow.shadow import Shadow
from headwater_server.evaluation.shown.collecting import Counts
from headwater_server.garbage import no_passes
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.faults import DamagedSnapshot
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.snapshots import Parts, SnapshotMeta
from headwater_server.storage.objects.bucket import Bucket
from headwater_server.storage.objects.snapshots import ObjectSnapshots

KEPT = 2
CHAMPION, OWN, FOUND = "champion/", "own/", "shadow"
_log = structlog.get_logger(__name__)


async def _any(_: Position) -> bool:
    return True  # the log is asked before the state is used


class StoredShadow:
    """Saves and loads the state of one shadow; the newest two are kept."""

    def __init__(self, url: str, catalogue: str, name: str, timeout_ms: int) -> None:
        """Use a file:// or s3:// URL."""
        bucket = Bucket(url, f"{catalogue}/shadows/{name}", timeout_ms)
        self._snapshots = ObjectSnapshots(bucket, KEPT, _any)
        self._is_new = False

    async def save(self, shadow: Shadow) -> None:
        """Store the state; of a shadow that began again, instead of all before."""
        meta = SnapshotMeta(
            shadow.position, Engine.STATE_VERSION, RIVER_VERSION, shadow.asked.key, wall_clock_ms()
        )
        saved = await self._snapshots.save(meta, parts_of(shadow), instead_of_all=self._is_new)
        self._is_new = self._is_new and not saved

    async def load(self, source: Source, asked: ShadowAsked, known_until: int) -> Shadow | None:
        """Return the newest state of what is asked, None if there is none.

        Raises `CommandFailed` if the log does not have the entry that the state ends with.
        """
        for meta in await self._snapshots.published():
            if reason := _unusable(meta, asked):
                _log.warning("the stored shadow is not used", reason=reason)
                continue
            try:
                with no_passes():
                    found = restored(await self._snapshots.load(meta), source, asked, known_until)
            except (DamagedSnapshot, ValueError, KeyError) as error:
                _log.warning("the stored shadow is not used", reason=str(error))
                continue
            await _check_on_log(source, found)
            _log.info("the shadow goes on", entry=found.position.sequence, lists=len(found.rows))
            return found
        self._is_new = True
        return None


def _unusable(meta: SnapshotMeta, asked: ShadowAsked) -> str:
    if meta.settings != asked.key:
        return "it is of other settings or flags: the shadow begins again"
    if (meta.state_version, meta.river_version) != (Engine.STATE_VERSION, RIVER_VERSION):
        return "another build wrote it: the shadow begins again"
    return ""


async def _check_on_log(source: Source, shadow: Shadow) -> None:
    position, head = shadow.position, await source.log.head()
    newest_of = getattr(source.log, "newest_of", None)  # an archive has none, and loses no end
    is_there = await newest_of([position]) is not None if newest_of else True
    if head.sequence < position.sequence or not is_there:
        raise CommandFailed(
            f"the shadow's state ends with entry {position.sequence} at {position.offset}, which "
            f"the log does not have (it ends with entry {head.sequence}): it is another log, or it "
            "lost its end. Give another --state, or delete this one, to begin again"
        )


def parts_of(shadow: Shadow) -> Parts:
    """Return a copy of the state as (path, plain value)."""
    shadow.settle(at_once=True)  # a row that is not is read again from its report on
    behind, ahead = shadow.behind, shadow.ahead
    mark = ahead.marks[0]
    found = {
        "position": [behind.position.offset, behind.position.sequence],
        "begin": [mark.position.offset, mark.position.sequence],
        "counts": {**asdict(mark.counts), "unreplayable": dict(mark.counts.unreplayable)},
        "builds": [list(one) for one in ahead.collecting.builds],
        "first": [ahead.collecting.first.offset, ahead.collecting.first.sequence],
        "late": ahead.late,
        "warm_ms": float(behind.warm_ms),
        "asked": [behind.asked, behind.same, behind.missed],
        "rows": shadow.rows.state(),
        "quality": shadow.quality.state(),
    }
    parts: list[tuple[str, Any]] = [(FOUND, found)]
    parts += [(CHAMPION + path, value) for path, value in behind.champion.capture()]
    if behind.own is not None:
        parts += [(OWN + path, value) for path, value in behind.own.capture()]
    return parts


def restored(
    parts: Iterable[tuple[str, Any]], source: Source, asked: ShadowAsked, known_until: int
) -> Shadow:
    """Return the shadow that `parts_of` copied. ValueError if another build wrote a part."""
    taken = list(parts)
    found = next(value for path, value in taken if path == FOUND)
    champion = Engine.restore(_of(taken, CHAMPION))
    own = Engine.restore(_of(taken, OWN)) if asked.wanted.state else None
    behind = Behind(
        asked.wanted,
        champion,
        own,
        Position(*found["position"]),
        warm_ms=found["warm_ms"],
        first_slot=asked.first_slot,
    )
    behind.asked, behind.same, behind.missed = found["asked"]
    rows, quality = Rows(asked.answers_max), Quality(asked.wanted.beside)
    rows.load(found["rows"])
    quality.load(found["quality"])
    counts = found["counts"]
    counts = Counts(**{**counts, "unreplayable": Counter(counts["unreplayable"])})
    shadow = Shadow(
        source,
        asked,
        behind,
        rows=rows,
        quality=quality,
        start=Mark(Position(*found["begin"]), counts),
        known_until=known_until,
        late=found["late"],
    )
    shadow.ahead.collecting.go_on()
    shadow.ahead.collecting.builds[:] = [(n, text) for n, text in found["builds"]]
    shadow.ahead.collecting.first = Position(*found["first"])
    return shadow


def _of(parts: Iterable[tuple[str, Any]], prefix: str) -> list[tuple[str, Any]]:
    return [(path.removeprefix(prefix), one) for path, one in parts if path.startswith(prefix)]
