"""Evaluations that were asked for: what they are about, how far they are, what they found.

They are kept in the store, so every web process knows them. One that is running writes its record
again and again; if its process dies, the record grows old, and it counts as failed.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from headwater_server.personalizer.administration.policies import contract_of
from headwater_server.personalizer.administration.times import time_ms_of_text
from headwater_server.personalizer.errors import AdapterError, bad_request
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store

INVALID = "InvalidEvaluationContract"
ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
POLICIES_MAX = 10
KEPT_MAX = 50
BYTES_MAX = 1_000_000
BEAT_S = 5.0
SILENT_MS = 120_000
TAKEN = frozenset({"Online", "champion", "best", "random", "baseline", "popular"})
RUNNING, SUCCEEDED, FAILED = "Running", "Succeeded", "Failed"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation; ``policies`` are overrides by name, ``report`` is that of the command."""

    evaluation_id: str
    name: str
    start_ms: int
    end_ms: int
    created_ms: int
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: str = RUNNING
    beat_ms: int = 0
    description: str = ""
    report: dict[str, Any] | None = None

    def at(self, now_ms: int) -> Evaluation:
        """Return it as it is now: failed if nobody has worked on it for a while."""
        if self.status != RUNNING or now_ms - self.beat_ms <= SILENT_MS:
            return self
        text = "the process that ran it ended before it was done: ask for it again"
        return replace(self, status=FAILED, description=text)


def evaluation_of(given: dict[str, Any], evaluation_id: str, now_ms: int) -> Evaluation:
    """Return what a body asks for. Raises `AdapterError`, which names the field."""
    if not ID.fullmatch(evaluation_id):
        raise bad_request(INVALID, "evaluationId: write 1 to 64 letters, digits, dots or dashes")
    name = given.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 256:
        raise bad_request(INVALID, "name: is required, a text of at most 256 characters")
    times = [_time(given, part) for part in ("startTime", "endTime")]
    if times[1] <= times[0]:
        raise bad_request(INVALID, "endTime: must be after startTime")
    for flag in ("enableOfflineExperimentation", "enablePolicyOptimization"):
        if given.get(flag) not in (None, False):
            raise bad_request(INVALID, f"{flag}: is not offered; name the policies to compare")
    policies = _policies(given.get("policies"))
    return Evaluation(evaluation_id, name, times[0], times[1], now_ms, policies, beat_ms=now_ms)


def _time(given: dict[str, Any], name: str) -> int:
    try:
        return time_ms_of_text(given.get(name))
    except ValueError as error:
        raise bad_request(INVALID, f"{name}: {error}") from None


def _policies(given: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    if given is None:
        return found
    if not isinstance(given, list) or len(given) > POLICIES_MAX:
        raise bad_request(INVALID, f"policies: must be a list of at most {POLICIES_MAX}")
    for place, one in enumerate(given):
        policy = contract_of(one, f"policies[{place}].")
        if policy.policy_id in TAKEN or policy.policy_id in found:
            text = f"policies[{place}].name: {policy.policy_id} is taken, or given twice"
            raise AdapterError(400, "DuplicateCustomPolicyNames", text)
        found[policy.policy_id] = dict(policy.overrides)
    return found


class Evaluations:
    """The evaluations of one catalogue."""

    def __init__(self, store: Store, catalogue: str) -> None:
        """Keep them in ``store``."""
        self._store = store
        self._key = Keys(catalogue).personalizer_evaluations
        self._renew = Script("renew.lua", "headwater_server.personalizer")

    async def put(self, evaluation: Evaluation) -> None:
        """Write a record; the oldest are removed for it."""
        await self._store.call("HSET", self._key, evaluation.evaluation_id, _written(evaluation))
        kept = await self.all(evaluation.created_ms)
        for old in kept[KEPT_MAX:]:
            await self.remove(old.evaluation_id)

    async def renew(self, evaluation: Evaluation) -> bool:
        """Write a record again unless it was removed meanwhile; return whether it was not."""
        arguments = (evaluation.evaluation_id, _written(evaluation))
        return bool(await self._renew.run(self._store, [self._key], arguments))

    async def get(self, evaluation_id: str, now_ms: int) -> Evaluation:
        """Return one. Raises `AdapterError` if there is none."""
        raw = await self._store.call("HGET", self._key, evaluation_id)
        found = _read(raw)
        if found is None:
            raise unknown(evaluation_id)
        return found.at(now_ms)

    async def all(self, now_ms: int) -> list[Evaluation]:
        """Return all, newest first."""
        held = await self._store.call("HVALS", self._key)
        found = [one.at(now_ms) for one in map(_read, held) if one is not None]
        return sorted(found, key=lambda one: (-one.created_ms, one.evaluation_id))

    async def remove(self, evaluation_id: str) -> bool:
        """Remove one; return whether it was there."""
        return bool(await self._store.call("HDEL", self._key, evaluation_id))


def unknown(evaluation_id: str) -> AdapterError:
    """Return the error of an evaluation that is not there."""
    text = f"there is no evaluation {evaluation_id[:64]!r}; GET …/evaluations lists them"
    return AdapterError(404, "EvaluationNotFound", text)


def _written(evaluation: Evaluation) -> str:
    try:
        text = json.dumps(asdict(evaluation), allow_nan=False)
        why = "" if len(text) <= BYTES_MAX else "the report is too long to keep"
    except ValueError:
        why = "the report contains a number that is not finite"
    if not why:
        return text
    return json.dumps(asdict(replace(evaluation, status=FAILED, report=None, description=why)))


def _read(raw: bytes | None) -> Evaluation | None:
    """Return a record; None if there is none, or another build wrote it in another form."""
    try:
        return Evaluation(**json.loads(raw)) if raw is not None else None
    except (ValueError, TypeError):
        return None
