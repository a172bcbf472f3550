"""Ids that no event may have, in Personalizer's calls; and reports that cannot be made now."""

from __future__ import annotations

import pytest

from tests.integration.personalizer_calls import ACTIONS, V11, personalizer
from tests.integration.waiting import eventually


@pytest.fixture
async def calls(served, settings):
    async with personalizer(served.proxy.address, served._redis_url, settings) as opened:
        yield opened


@pytest.mark.parametrize("missing", ["undefined", "null", "[object Object]", " ", "tea\n"])
async def test_an_action_whose_id_is_missing_is_refused_by_rank(calls, missing):
    body = {"actions": [*ACTIONS, {"id": missing, "features": []}], "eventId": "e1"}
    status, text = await calls.error("POST", "/rank", body)
    assert status == 400
    assert text.startswith("actions[3].id: ")
    slots = [{"id": "hero", "baselineAction": "tea"}]
    status, text = await calls.error("POST", "/multislot/rank", {**body, "slots": slots}, base=V11)
    assert status == 400
    assert text.startswith("actions[3].id: ")


async def test_a_visitor_whose_id_is_missing_is_nobody_and_the_reward_is_learned(calls, served):
    await calls.rank("e1", contextFeatures=[{"visitorId": "undefined"}])
    await calls.reward("e1", 1.0)

    async def learned():
        counts = (await served.replica.model(compute_digest=False)).counts
        return counts["events_learned"] == 2  # impression and reward

    await eventually(learned)


async def test_a_reward_is_accepted_while_the_server_is_away(calls, served):
    await calls.rank("e1")
    await served.stop()
    await calls.reward("e1", 1.0)  # it is in the store, and reported when the wait is over
