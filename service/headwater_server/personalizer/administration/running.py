"""Runs an evaluation: `headwater evaluate` as a process of its own, over the same log.

It folds the log again under each policy, which takes memory and a core: not in this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from headwater_server.errors import HeadwaterError
from headwater_server.personalizer.administration.evaluations import (
    BEAT_S,
    FAILED,
    SUCCEEDED,
    Evaluation,
    Evaluations,
)
from headwater_server.personalizer.administration.policies import toml_of
from headwater_server.personalizer.administration.times import iso
from headwater_server.personalizer.errors import NOT_ALLOWED, AdapterError
from headwater_server.replica.clock import wall_clock_ms

ONLINE = "Online"
UNANSWERED = 3
SAID_CHARS_MAX = 500
TRIES = 60
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Place:
    """Where the log is, as variables: so no list of processes shows a URL with a password."""

    environment: Mapping[str, str]
    placement: str


class _Removed(Exception):
    """Its record was removed, perhaps by a call to another process."""


class Runner:
    """Runs one evaluation at a time in this process."""

    def __init__(self, evaluations: Evaluations, place: Place) -> None:
        """Write records to ``evaluations``."""
        self._evaluations, self._place = evaluations, place
        self._task: asyncio.Task[None] | None = None
        self._running = ""

    async def start(self, evaluation: Evaluation, wait_minutes: float) -> None:
        """Begin. Raises `AdapterError` while another one is running here."""
        if self._task is not None and not self._task.done():
            text = "another evaluation is running: ask again when it is done"
            raise AdapterError(409, NOT_ALLOWED, text)
        await self._evaluations.put(evaluation)
        self._running = evaluation.evaluation_id
        self._task = asyncio.create_task(self._run(evaluation, wait_minutes))

    async def stop(self, evaluation_id: str) -> None:
        """Stop an evaluation that was removed, if it is the one that runs here."""
        if self._running == evaluation_id:
            await self.close()

    async def close(self) -> None:
        """Stop what is running; its record says so."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, evaluation: Evaluation, wait_minutes: float) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="headwater-evaluation-") as name:
                done = await self._evaluate(evaluation, wait_minutes, Path(name))
        except asyncio.CancelledError:
            text = "the web process ended: ask for it again"
            with contextlib.suppress(HeadwaterError):
                await self._evaluations.renew(replace(evaluation, status=FAILED, description=text))
            raise
        except _Removed:
            return
        except (OSError, ValueError) as error:
            _log.warning("an evaluation failed", evaluation=evaluation.name, why=str(error))
            done = replace(evaluation, status=FAILED, description=str(error)[:SAID_CHARS_MAX])
        await self._write(done)

    async def _write(self, done: Evaluation) -> None:
        """Write the result, also if the store is away for some minutes."""
        for _ in range(TRIES):
            try:
                await self._evaluations.renew(done)
            except HeadwaterError as error:
                _log.warning("a result is not written yet", evaluation=done.name, why=str(error))
                await asyncio.sleep(BEAT_S)
            else:
                return

    async def _evaluate(
        self, evaluation: Evaluation, wait_minutes: float, folder: Path
    ) -> Evaluation:
        report = folder / "report.json"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "headwater_server",
            "evaluate",
            *self._flags(evaluation, wait_minutes, folder, report),
            env=dict(self._place.environment),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            said = await self._finish(process, evaluation)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode in (0, UNANSWERED) and report.exists():
            found: dict[str, Any] = json.loads(report.read_text())
            return replace(evaluation, status=SUCCEEDED, report=_kept(found))
        text = said.strip().splitlines()[-1] if said.strip() else f"exit {process.returncode}"
        return replace(evaluation, status=FAILED, description=text[:SAID_CHARS_MAX])

    async def _finish(self, process: asyncio.subprocess.Process, evaluation: Evaluation) -> str:
        """Wait for the end; the record says meanwhile that somebody does."""
        waiting = asyncio.create_task(process.communicate())
        try:
            while not (await asyncio.wait({waiting}, timeout=BEAT_S))[0]:
                with contextlib.suppress(HeadwaterError):  # the store is away: try again soon
                    if not await self._evaluations.renew(
                        replace(evaluation, beat_ms=wall_clock_ms())
                    ):
                        raise _Removed
        finally:
            if not waiting.done():
                waiting.cancel()
        return (await waiting)[1].decode(errors="replace")

    def _flags(
        self, evaluation: Evaluation, wait_minutes: float, folder: Path, report: Path
    ) -> list[str]:
        flags = ["--placement", self._place.placement, "--first-slot", "--metric", "reward"]
        flags += ["--window-minutes", f"{max(0.001, wait_minutes):.6g}", "--report", str(report)]
        flags += ["--from", iso(evaluation.start_ms), "--until", iso(evaluation.end_ms)]
        for name, overrides in {ONLINE: {}, **evaluation.policies}.items():
            path = folder / f"{name}.toml"
            path.write_text(toml_of(overrides))
            flags += ["--policy", str(path)]
        return flags


def _kept(report: dict[str, Any]) -> dict[str, Any]:
    """Return what of a report is kept: its figures, not the paths of this run."""
    return {name: value for name, value in report.items() if name not in ("command", "source")}
