"""`headwater evaluate` on a log: opens the source, shows progress, publishes the report."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater_server.cli.stores import check_dirs, store_beside_a_server
from headwater_server.engine.policies.policy import Policy
from headwater_server.errors import CodeMissing
from headwater_server.evaluation.shown.metrics import ACT_RATE, METRICS
from headwater_server.evaluation.shown.span import Span
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings, without_secrets

if TYPE_CHECKING:
    from headwater_server.cli.progress import Progress
    from headwater_server.evaluation.asking.asked import LogAsked
    from headwater_server.evaluation.asking.source import Source
    from headwater_server.evaluation.asking.wanted import Wanted
    from headwater_server.replica.ports.evaluations import Evaluations
    from headwater_server.storage.storage import Storage

NAME_CHARACTERS = 64
UNNAMED = re.compile(r"[^A-Za-z0-9_-]", re.ASCII)
BARE = "baselines"


def evaluate_log(given: Mapping[str, Any], flags: dict[str, Any]) -> dict[str, Any]:
    """Return the report of a log. Raises `BadSettings`, and what a store or log raises."""
    import asyncio

    settings, asked = load_settings(**flags), _asked(given)
    check_source(settings, or_else="--rows")
    _choose(given["policy"] or (), {}, early=True)
    return asyncio.run(_evaluate(settings, asked, given["policy"] or ()))


def _asked(given: Mapping[str, Any]) -> LogAsked:
    from headwater_server.evaluation.asking.asked import LogAsked

    metric = given["metric"] or ACT_RATE
    if metric not in METRICS:
        raise BadSettings(f"--metric {metric}: write {', '.join(METRICS)}")
    if given["always_valid"] and metric not in METRICS[:2]:
        raise BadSettings(f"--always-valid is for {' and '.join(METRICS[:2])}, which are at most 1")
    try:
        span = Span.of(given["from_"], given["until"])
    except ValueError as error:
        raise BadSettings(str(error)) from None
    names = [
        re.sub(UNNAMED, "-", Path(one).name.removesuffix(".toml")) for one in given["policy"] or ()
    ]
    return LogAsked(
        name=".".join(names)[:NAME_CHARACTERS] or BARE,
        span=span,
        metric=metric,
        placement=given["placement"],
        window_minutes=given["window_minutes"],
        warm_days=given["warm_days"],
        level=given["level"],
        check=given["check"],
        first_slot=given["first_slot"],
        always_valid=given["always_valid"],
    )


def check_source(settings: Settings, or_else: str = "") -> None:
    """Refuse no source, and a directory that does not exist. Raises `BadSettings`.

    ``or_else``: a flag of the command that could be given instead of a log.
    """
    if not (settings.place.has_log or settings.storage.archive_dir):
        flags = ["--data-dir", "--redis-url", "--log", "--archive-dir", or_else]
        *others, last = filter(None, flags)
        raise BadSettings(f"give one of {', '.join(others)} and {last}")
    check_dirs(settings)


async def _evaluate(settings: Settings, asked: LogAsked, names: Sequence[str]) -> dict[str, Any]:
    from headwater_server.cli.compiling import compiling_shown
    from headwater_server.engine.warmup import warm_up, warm_up_chances
    from headwater_server.evaluation.asking.evaluate import evaluate
    from headwater_server.evaluation.asking.own_engine import PolicyRefused

    def choose(on_log: Mapping[str, Policy]) -> Sequence[Wanted]:
        return _choose(names, on_log)

    async with open_source(settings) as (source, evaluations, _):
        with compiling_shown():
            warm_up()
            warm_up_chances()
        try:
            report = (await evaluate(source, asked, choose, progress_bar)).report
        except (PolicyRefused, CodeMissing) as error:
            raise BadSettings(str(error)) from None
        if evaluations is not None:
            await _publish(report, evaluations)
    return report


@asynccontextmanager
async def open_source(
    settings: Settings,
) -> AsyncIterator[tuple[Source, Evaluations | None, Storage | None]]:
    """Open a store or an archive, where reports are kept, and the store itself if there is one."""
    from headwater_server.evaluation.asking.source import Source
    from headwater_server.storage.archive.archived_log import ArchivedLog
    from headwater_server.storage.storage import archive_of

    catalogue = settings.storage.catalogue
    if not settings.place.has_log:
        archive = archive_of(settings.storage, None)
        if archive is None or not archive.files():
            where = archive.path if archive else settings.storage.archive_dir
            raise BadSettings(f"--archive-dir: {where} has no archived entries; see --catalogue")
        name = {"archive": archive.path.parent.name, "catalogue": catalogue}
        yield Source(ArchivedLog(archive), None, name), None, None
        return
    async with store_beside_a_server(settings) as storage:
        url = settings.place.redis_url
        place = {"redis": without_secrets("redis_url", url)} if url else {}
        if settings.place.data_dir:
            place = {"data_dir": settings.place.data_dir.name}
        if settings.place.log:
            place = {"log": without_secrets("log", settings.place.log)}
        source = Source(storage.log, storage.snapshots, {**place, "catalogue": catalogue})
        yield source, storage.evaluations, storage


async def _publish(report: dict[str, Any], evaluations: Evaluations) -> None:
    """Store the report beside the log, for the console; it can be made again at any time."""
    from headwater_server.replica.ports.evaluations import StoredEvaluation

    text = json.dumps(report, ensure_ascii=False, allow_nan=False)
    try:
        await evaluations.put(StoredEvaluation(report["name"], report["create_time_ms"], text))
    except ValueError as error:  # it is too long, or a policy's name cannot be a key
        report["notes"].append(f"not stored for the console: {error}")


def _choose(
    names: Sequence[str], on_log: Mapping[str, Policy], *, early: bool = False
) -> Sequence[Wanted]:
    """Return the policies; ``early``, before the log is read, only the files are looked at."""
    from headwater_server.cli.evaluating.wanted import SUFFIX, read_policies

    given = [one for one in names if one.endswith(SUFFIX)] if early else names
    return read_policies(given, on_log)


def progress_bar(name: str, total: int) -> AbstractContextManager[Progress]:
    """Return a bar that shows how far a pass over the log is."""
    from headwater_server.cli.progress import Progress

    return Progress(name, total)
