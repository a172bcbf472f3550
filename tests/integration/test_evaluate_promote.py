"""`headwater evaluate --promote`: only what is better is promoted, and the log says why."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import typer

from headwater import AsyncClient, Policy
from headwater_server.cli.evaluating.promoting import promote_if_better
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica
from tests.integration.waiting import PATIENCE_S


def report(verdict: str, *, same: int = 400, metric: str = "act_rate") -> dict[str, Any]:
    """Return what promotion reads of a report on the policy warm."""
    warm = {
        "policy": "warm",
        "metric": metric,
        "verdict": verdict,
        "difference": 0.02,
        "difference_interval": [0.01, None],
    }
    counts = {"shown": 400, "same_chances": same}
    return {
        "name": "warm",
        "metric": metric,
        "answers": counts,
        "from_offset": "1-0",
        "until_offset": "9-0",
        "policies": [warm | {"policy": "champion", "verdict": None}, warm],
    }


async def test_what_is_better_is_promoted_with_its_figures_and_nothing_else_is(
    storage: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        warm = Policy("warm", {"exploration_temperature": 0.4})
        await client.upsert_policy(warm, timeout_s=PATIENCE_S)

        async def promote(found: dict[str, Any]) -> None:
            await asyncio.to_thread(promote_if_better, found, "warm", listen, "")

        for found, why in (
            (report("worse"), "worse than the champion in act_rate"),
            (report("no difference seen"), "no difference seen in act_rate; an experiment can"),
            (report("not enough overlap"), "not enough overlap in act_rate"),
            (report("better", same=300), "only 300 of 400 answers are the same"),
        ):
            with pytest.raises(typer.Exit) as refused:
                await promote(found)
            assert refused.value.exit_code == 1
            assert why in capsys.readouterr().err
            assert not await client.list_promotions(timeout_s=PATIENCE_S)
        await promote(report("better"))
        assert "warm is in force" in capsys.readouterr().out
        (one,) = await client.list_promotions(timeout_s=PATIENCE_S)
        assert one.policy_id == "warm"
        assert one.force_reason == (
            "evaluation warm: warm is better in act_rate, +0.02 (+0.01 to unbounded) against the "
            "champion on 400 lists from 1-0 to 9-0"
        )
        assert one.overrides == {"exploration_temperature": 0.4}
