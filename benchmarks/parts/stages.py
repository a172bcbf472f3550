"""CPU by stage of one Recommend and of one event."""

from __future__ import annotations

from typing import Any

import uvloop

from benchmarks.parts.calls import shop_of
from benchmarks.parts.part import Part, Settings
from benchmarks.stages.rounds import measure

CALLS = 200


def _stages(settings: Settings) -> dict[str, Any]:
    found = uvloop.run(measure(shop_of(settings), settings.rounds, settings.sized(CALLS)))
    figures: dict[str, Any] = {one.name: one.figures() for one in found}
    return figures | {"failed": sum(one.failed for one in found)}


STAGES = Part("stages", "CPU by stage of one Recommend and of one event", _stages, is_quick=True)
