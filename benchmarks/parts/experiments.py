"""What three running experiments cost a call, beside the same server without any.

Each experiment has a layer of its own, so that every visitor is in all three: the most that
assignment can cost. The visitors that ask most are exposed before, so that their events count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.parts.calls import shop_of
from benchmarks.parts.part import Part, Settings, failures, rates
from benchmarks.serving.rounds import Case
from benchmarks.serving.servers import HEADWATER, Server, served
from benchmarks.shops.shop import visitor_id
from headwater import Client, Event, EventItem, Experiment, ExperimentArm, Policy, PrimaryMetric

WITH = "headwater, 3 experiments"
POLICIES = (
    Policy("warm", {"exploration_temperature": 0.3}),
    Policy("bold", {"exploration_epsilon": 0.05}),
    Policy("plain", {"diversity": "none"}),
)
EXPOSED = 3_000
A_CALL = 100
CASES = (Case("Recommend", 16), Case("Feedback", 64), Case("Feedback", 4, events=100))
TIMEOUT_S = 30.0


def _experiments(settings: Settings) -> dict[str, Any]:
    servers = {HEADWATER: Server(shop_of(settings)), WITH: Server(shop_of(settings))}
    steps = len(CASES) * len(servers) * (1 + settings.rounds)
    with served(settings.shops, servers, echoes=(), steps=steps) as rounds:
        for server in rounds.servers:
            with Client(server.address) as client:
                if server.name == WITH:
                    _begin(client)
                _expose(client, settings.sized(EXPOSED))
        taken = rounds.run(CASES, settings.rounds, settings.seconds)
        with Client(rounds.servers[-1].address) as client:
            exposed = _exposed(client)
    return {"rates": rates(taken, (HEADWATER,)), "failed": failures(taken), "exposed": exposed}


def _begin(client: Client) -> None:
    """Write the policies, and an experiment for each, in a layer of its own."""
    for policy in POLICIES:
        client.upsert_policy(policy, timeout_s=TIMEOUT_S)
        arms = (ExperimentArm("control"), ExperimentArm("other", policy.policy_id))
        name = policy.policy_id
        wanted = Experiment(f"try-{name}", arms, PrimaryMetric("act_rate"), layer=name)
        client.create_experiment(wanted, timeout_s=TIMEOUT_S)


def _expose(client: Client, count: int) -> None:
    """Show a list to the visitors that ask most, and report it: to both servers alike."""
    for start in range(0, count, A_CALL):
        client.feedback(_shown(client, range(start, start + A_CALL)), timeout_s=TIMEOUT_S)


def _shown(client: Client, places: range) -> Iterator[Event]:
    for place in places:
        visitor = visitor_id(place)
        slate = client.recommend(visitor, placement="home", timeout_s=TIMEOUT_S)
        items = [EventItem(item_id) for item_id in slate.item_ids]
        token = slate.attribution_token
        yield Event("impression", visitor, items=items, attribution_token=token, placement="home")


def _exposed(client: Client) -> int:
    """Return how many visitors the experiments counted; none would make the figures void."""
    found = client.list_experiments(timeout_s=TIMEOUT_S)
    return sum(arm.visitors for one in found for arm in one.arms)


EXPERIMENTS = Part(
    "experiments", "three experiments beside the same server without", _experiments, is_quick=True
)
