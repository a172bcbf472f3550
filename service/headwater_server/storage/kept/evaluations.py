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
TIME_DIGITS = 19
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
        name, report = evaluation.name, check_evaluation(evaluation)
        keys = (self._keys.evaluations, self._keys.evaluation(name))
        prefix = self._keys.evaluation("")
        arguments = (name, evaluation.create_time_ms, report, EVALUATIONS_MAX, prefix)
        await self._put.run(self._store, keys, arguments)

    async def newest(self, count: int, *, after: str = "") -> list[StoredEvaluation]:
        """See the port; only the reports that are returned are read."""
        command = ("ZREVRANGE", self._keys.evaluations, 0, -1, "WITHSCORES")
        found = await self._store.call(*command)
        names = [(int(float(time)), name.decode()) for name, time in _pairs(found)]
        if after:
            before = read_place(after)
            names = [one for one in names if one < before]
        if not names[:count]:
            return []
        reports = await self._store.call_all(
            [("GET", self._keys.evaluation(name)) for _, name in names[:count]]
        )
        return [
            StoredEvaluation(name, time_ms, report.decode())
            for (time_ms, name), report in zip(names[:count], reports, strict=True)
            if isinstance(report, bytes)  # deleted between the two commands
        ]


def _pairs(found: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Return names and scores of an answer that has them in turn."""
    return list(zip(found[::2], found[1::2], strict=True))


def check_evaluation(evaluation: StoredEvaluation) -> bytes:
    """Return what is stored of a report; ValueError if its name or its size cannot be."""
    name, report = evaluation.name, evaluation.report.encode()
    if not NAME.fullmatch(name):
        raise ValueError(f"name {name[:80]!r}: 1 to 64 letters, digits, dots, dashes, underscores")
    if len(report) > REPORT_BYTES_MAX:
        raise ValueError(
            f"the report has {len(report)} bytes, at most {REPORT_BYTES_MAX} are stored: ask "
            "about fewer policies or one placement"
        )
    return report


def read_place(place: str) -> tuple[int, str]:
    """Return time and name of `StoredEvaluation.place`; ValueError if it is none."""
    time, colon, name = place.partition(":")
    if not (colon and time.isascii() and time.isdigit() and len(time) <= TIME_DIGITS):
        raise ValueError(f"not a place of a report: {place[:64]!r}")
    return int(time), name
