"""The figures that each closed list changes, together."""

from __future__ import annotations

from typing import NamedTuple

from headwater_server.engine.measures.act_rates import ActRates
from headwater_server.engine.measures.calibration import Calibration
from headwater_server.engine.measures.drift import Drift
from headwater_server.engine.measures.metrics import ProgressiveValidation
from headwater_server.engine.measures.placements import Placements


class Measures(NamedTuple):
    """Each has figures by placement; ``placements`` says which placements have their own."""

    progress: ProgressiveValidation
    calibration: Calibration
    drift: Drift
    act_rates: ActRates
    placements: Placements

    def group(self, placement: str, *, named: bool) -> str:
        """Return the placement under which a list counts; another may lose its figures."""
        group, left = self.placements.use(placement, named=named)
        if left:
            for figures in (self.progress, self.calibration, self.drift, self.act_rates):
                figures.drop(left)
        return group
