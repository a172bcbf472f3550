"""The reports of `headwater evaluate` as objects."""

from __future__ import annotations

from headwater_server.replica.ports.evaluations import StoredEvaluation
from headwater_server.storage.kept.evaluations import (
    EVALUATIONS_MAX,
    TIME_DIGITS,
    check_evaluation,
    read_place,
)
from headwater_server.storage.objects.bucket import Bucket

FOLDER = "evaluations"


class ObjectEvaluations:
    """Implements `replica.ports.evaluations.Evaluations`; the names sort by time."""

    def __init__(self, bucket: Bucket) -> None:
        """Create it; nothing is sent yet."""
        self._bucket = bucket

    async def put(self, evaluation: StoredEvaluation) -> None:
        """See the port."""
        report = check_evaluation(evaluation)
        places = await self._places()
        same = [name for name, (_, said) in places.items() if said == evaluation.name]
        new = f"{FOLDER}/{evaluation.create_time_ms:0{TIME_DIGITS}d}:{evaluation.name}"
        await self._bucket.put(new, report)
        kept = [name for name in places if name not in same and name != new]
        old = kept[: max(0, len(kept) + 1 - EVALUATIONS_MAX)]
        await self._bucket.delete(*(name for name in {*same, *old} if name != new))

    async def newest(self, count: int, *, after: str = "") -> list[StoredEvaluation]:
        """See the port."""
        before = read_place(after) if after else None
        found: list[StoredEvaluation] = []
        for name, place in reversed((await self._places()).items()):
            if len(found) == count:
                break
            if before is None or place < before:
                stored = await self._bucket.get(name)
                if stored is not None:
                    found.append(StoredEvaluation(place[1], place[0], stored.decode()))
        return found

    async def _places(self) -> dict[str, tuple[int, str]]:
        """Return (time, name) of each report by the name of its object, oldest first."""
        names = [name for name, _ in await self._bucket.names(FOLDER)]
        pairs = ((name, name.removeprefix(f"{FOLDER}/").partition(":")) for name in names)
        return {name: (int(time_ms), said) for name, (time_ms, _, said) in pairs}
