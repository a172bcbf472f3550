"""A small experiment in the demo shop, so that the console has something to show."""

from __future__ import annotations

from headwater import (
    AsyncClient,
    Experiment,
    ExperimentArm,
    GuardRail,
    Policy,
    PrimaryMetric,
)

WARM = Policy("warm", {"exploration_temperature": 0.4})
WARMER_LISTS = Experiment(
    "warmer-lists",
    arms=(ExperimentArm("control"), ExperimentArm("warm", WARM.policy_id)),
    primary=PrimaryMetric("act_rate"),
    guard_rails=(GuardRail("revenue", -0.5),),
    placements=("home",),
    visitors_planned=400,
)
"""Half of the shoppers see lists in which less likely items come up more often."""


async def begin_experiment(client: AsyncClient) -> None:
    """Create it; nothing changes if an earlier start has done so."""
    await client.upsert_policy(WARM)
    await client.create_experiment(WARMER_LISTS)
