"""What must hold after any faults, since the model is a fold over the log.

(a) Every acknowledged event id is on the surviving log; (b) each has had its effect once; (c) a
fresh engine that folds that log has the very digest that the recovered servers show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from headwater.model import Model
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.events import Event, Status
from headwater_server.replica.ports.position import START
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage


@dataclass
class Fold:
    """The surviving log, folded by an engine that no fault has affected."""

    engine: Engine = field(default_factory=Engine)
    taught: Counter[str] = field(default_factory=Counter)  # how often each event id was learned
    on_log: Counter[str] = field(default_factory=Counter)  # how often each is on the log
    digests: dict[str, str] = field(default_factory=dict)  # at the offsets that were asked for
    learned: dict[str, int] = field(default_factory=dict)  # events learned, at the same
    entries: int = 0


@dataclass(frozen=True)
class Verdict:
    """What the oracle says. ``differing``: servers whose state is not that of the log."""

    acknowledged: int
    lost: list[str]
    doubled: list[str]
    differing: list[str]

    def check(self) -> None:
        """Fail with the ids, unless all is well."""
        assert not self.lost, f"{len(self.lost)} acknowledged and lost: {self.lost[:5]}"
        assert not self.doubled, f"{len(self.doubled)} learned twice: {self.doubled[:5]}"
        assert not self.differing, self.differing


async def fold_of(storage: Storage, offsets: Collection[str] = ()) -> Fold:
    """Fold all of the log; note the digest at each of ``offsets``."""
    fold = Fold()
    async for logged in storage.log.iterate(START):
        entry = logged.entry
        for operation, outcome in zip(entry.operations, fold.engine.apply(entry), strict=True):
            if isinstance(operation, Event):
                fold.on_log[operation.event_id] += 1
                fold.taught[operation.event_id] += outcome.status is Status.CREATED
        fold.entries += 1
        if logged.position.offset in offsets:
            fold.digests[logged.position.offset] = fold.engine.digest()
            fold.learned[logged.position.offset] = fold.engine.lookups.counts()["events_learned"]
    return fold


def verdict(acknowledged: Iterable[str], models: Sequence[Model], fold: Fold) -> Verdict:
    """Hold what was acknowledged, and what the servers show, against the fold."""
    ids = list(acknowledged)
    return Verdict(
        len(ids),
        lost=[event_id for event_id in ids if not fold.taught[event_id]],
        doubled=[event_id for event_id, times in fold.taught.items() if times > 1],
        differing=[difference for model in models if (difference := _difference(model, fold))],
    )


def _difference(model: Model, fold: Fold) -> str:
    shown = (model.digest, model.counts["events_learned"])
    folded = (fold.digests.get(model.offset), fold.learned.get(model.offset))
    return "" if shown == folded else f"at {model.offset}: {shown}, but the log gives {folded}"


async def judge(
    acknowledged: Iterable[str],
    models: Sequence[Model],
    *,
    redis_url: str | None = None,
    data_dir: Path | None = None,
    settings: StorageSettings | None = None,
) -> Verdict:
    """Fold what a store holds now and say what is wrong; a ``data_dir``'s server is stopped."""
    place = {"redis_url": redis_url} if redis_url else {"data_dir": data_dir}
    async with open_storage(settings or StorageSettings(), **place) as storage:
        fold = await fold_of(storage, {model.offset for model in models})
    return verdict(acknowledged, models, fold)
