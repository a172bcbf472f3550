"""The report of an experiment from the log, at any offset that is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from headwater_server.cli.failures import explained
from headwater_server.cli.stores import check_one_existing, store_beside_a_server, store_explained
from headwater_server.errors import NotFound
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater import ExperimentReport


def replayed_report(flags: dict[str, Any], experiment_id: str, as_of: str) -> ExperimentReport:
    """Return what a server would have answered at the offset; its errors end the command."""
    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_existing(None, settings)
        _check_offset(as_of)
        return asyncio.run(_of_store(settings, experiment_id, as_of))


def _check_offset(as_of: str) -> None:
    from headwater_server.replica.ports.position import offset_key

    try:
        if as_of:
            offset_key(as_of)
    except ValueError as error:
        raise BadSettings(f"--as-of: {error}") from None


async def _of_store(settings: Settings, experiment_id: str, as_of: str) -> ExperimentReport:
    from headwater.v1 import experiment_service_pb2 as pb
    from headwater.wire.experiment_reports import report as read
    from headwater_server.api.translate.experiments.reports import report_message
    from headwater_server.cli.folding import folded

    async with store_beside_a_server(settings) as storage:
        engine, position = await folded(storage, as_of or None)
    found = engine.lookups.experiment_report(experiment_id)
    if found is None:
        raise NotFound("experiment_id", experiment_id)
    message = report_message(found)
    return read(pb.GetExperimentReportResponse(report=message, offset=position.offset))
