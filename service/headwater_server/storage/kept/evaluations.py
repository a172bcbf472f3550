"""The reports of `headwater evaluate`, for the console and for callers of the API."""

from __future__ import annotations

import re

from headwater_server.replica.ports.evaluations import StoredEvaluation
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings

EVALUATIONS_MAX = 50
REPORT_BYTES_MAX = 1_000_000
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class RedisEvaluations:
    """Implements `replica.ports.evaluations.Evaluations`."""

    def __init__(self, store: Store, settings: StorageSettings) -> None:
        """Use the evaluations of ``settings.catalogue``; nothing is sent yet."""
        self._store = store
        self._keys = Keys(settings.catalogue)
        self._put = Script("evaluations.lua", "headwater_server.storage.kept")

    async def put(self, evaluation: StoredEvaluation) -> None:
        """See the port."""
        name, report = evaluation.name, evaluation.report.encode()
        if not NAME.fullmatch(name):
            raise ValueError(
                f"name {name[:80]!r}: 1 to 64 letters, digits, dots, dashes, underscores"
            )
        if len(report) > REPORT_BYTES_MAX:
            raise ValueError(
                f"the report has {len(report)} bytes, at most {REPORT_BYTES_MAX} are stored: ask "
                "about fewer policies or one placement"
            )
        keys = (self._keys.evaluations, self._keys.evaluation(name))
        prefix = self._keys.evaluation("")
        arguments = (name, evaluation.create_time_ms, report, EVALUATIONS_MAX, prefix)
        await self._put.run(self._store, keys, arguments)

    async def all(self) -> list[StoredEvaluation]:
        """See the port."""
        command = ("ZREVRANGE", self._keys.evaluations, 0, -1, "WITHSCORES")
        found = await self._store.call(*command)
        if not found:
            return []
        times = {name.decode(): int(time_ms) for name, time_ms in _pairs(found)}
        reports = await self._store.call_all(
            [("GET", self._keys.evaluation(name)) for name in times]
        )
        return [
            StoredEvaluation(name, time_ms, report.decode())
            for (name, time_ms), report in zip(times.items(), reports, strict=True)
            if isinstance(report, bytes)  # deleted between the two commands
        ]


def _pairs(found: list[bytes]) -> list[tuple[bytes, float]]:
    """Return names and scores of an answer that has them in turn."""
    return list(zip(found[::2], map(float, found[1::2]), strict=True))
