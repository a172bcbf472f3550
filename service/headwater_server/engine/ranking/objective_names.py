"""The objectives' names, for settings and help texts: no model is imported with them."""

from __future__ import annotations

from typing import Literal

Objective = Literal["acts", "purchases", "revenue"]
ACTS: Objective = "acts"
REVENUE: Objective = "revenue"
OBJECTIVES: tuple[Objective, ...] = (ACTS, "purchases", REVENUE)
