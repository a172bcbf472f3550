"""Apprentice mode on a real server: what is shown, what is on the log, what the figures say."""

from __future__ import annotations

import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.personalizer.figures import fold
from headwater_server.replica.ports.position import START
from tests.integration.personalizer_calls import ACTIONS, V11, Calls, personalizer
from tests.integration.waiting import eventually

WAIT = {"personalizer_reward_wait_minutes": 0.08}  # five seconds
SLOTS = [{"id": "hero", "baselineAction": "tea"}, {"id": "side", "baselineAction": "cake"}]


@pytest.fixture(autouse=True)
def short_grace(monkeypatch):
    monkeypatch.setattr(fold, "GRACE_MS", 300)


def _open(served, settings, **more):
    address, url = served.proxy.address, served._redis_url
    return personalizer(address, url, settings, **{**WAIT, **more})


async def _counted(calls: Calls, count: int):
    """Wait until the figures have so many events; each try moves the log's time."""
    tries = 0

    async def are_there() -> bool:
        nonlocal tries
        tries += 1
        await calls.rank(f"later {tries} {count}", deferActivation=True)
        await calls.ok("POST", f"/events/later {tries} {count}/activate")
        found = await calls.ok("GET", "/figures")
        return sum(one["events"] for one in found["groups"]) >= count

    await eventually(are_there)
    return await calls.ok("GET", "/figures")


async def _all_waits_over(served):
    """Wait until nothing is reported any more: the end of a wait brings a default reward."""

    async def are_over() -> bool:
        keys = await served.storage.store.call("KEYS", "hw:*personalizer:event:*")
        return not any(served._settings.catalogue.encode() in key for key in keys)

    await eventually(are_over)


async def test_without_a_share_the_first_action_is_shown_and_only_imitation_is_known(
    served, settings
):
    async with _open(served, settings, personalizer_mode="apprentice") as calls:
        for number in range(8):
            answer = await calls.rank(f"e{number}")
            assert answer["rewardActionId"] == answer["ranking"][0]["id"] == "tea"
            assert [one["id"] for one in answer["ranking"]] == ["tea", "cake", "soup"]
            assert [one["probability"] for one in answer["ranking"]] == [1.0, 0.0, 0.0]
            await calls.reward(f"e{number}", 1.0)
        other = await calls.rank("excluded", excludedActions=["tea"])
        assert other["rewardActionId"] == "cake"
        found = await _counted(calls, 9)
    group = found["groups"][0]
    assert group["values"] is None
    assert not found["ready"]
    assert "Only imitation can be known" in found["summary"]
    assert group["baselineShown"] == group["events"] == group["apprenticeEvents"]
    assert group["sumOfRewards"] >= 8.0
    assert 0.0 < group["matchRate"] < 1.0
    assert sum(day["events"] for day in group["byDay"]) == group["events"]


async def test_a_share_shows_both_with_chances_that_are_on_the_log_and_survive_a_restart(
    served, settings
):
    more = {"personalizer_mode": "apprentice", "personalizer_share": 0.5}
    async with _open(served, settings, **more) as calls:
        shown = set()
        for number in range(30):
            answer = await calls.rank(f"e{number}")
            chances = {one["id"]: one["probability"] for one in answer["ranking"]}
            assert sum(chances.values()) == pytest.approx(1.0)
            assert chances["tea"] > 0.5
            shown.add(answer["rewardActionId"])
            await calls.reward(f"e{number}", float(answer["rewardActionId"] == "cake"))
        assert {"tea"} < shown
        await _counted(calls, 30)
        await _all_waits_over(served)
        async with _open(served, settings, **more) as beside:
            assert await beside.ok("GET", "/figures") == await calls.ok("GET", "/figures")
        last = await calls.ok("GET", "/figures")
    async with _open(served, settings, **more) as again:  # from the checkpoint
        found = await again.ok("GET", "/figures")
        assert found == last
    values = found["groups"][0]["values"]
    assert values["baseline"]["low"] <= values["baseline"]["value"] <= values["baseline"]["high"]
    choices = [
        (event.items[0].item_id, event.choice)
        async for entry in served.storage.log.iterate(START)
        for event in entry.entry.operations
        if isinstance(event, Event) and event.choice
    ]
    assert len(choices) >= 30
    for action, choice in choices:
        is_first = action == "tea"
        exact = 0.5 * choice.policy_propensity + 0.5 * is_first
        assert choice.propensity == pytest.approx(exact)
        assert choice.is_baseline is is_first
        assert choice.covers_both
    shown_digest, folded = await served.digests()
    assert shown_digest == folded


async def test_slots_have_actions_chances_and_rewards_of_their_own(served, settings):
    more = {"personalizer_mode": "apprentice", "personalizer_share": 0.5}
    async with _open(served, settings, **more) as calls:
        pages = set()
        for number in range(24):
            body = {"actions": ACTIONS, "slots": SLOTS, "eventId": f"p{number}"}
            answer = await calls.ok("POST", "/multislot/rank", body, base=V11)
            chosen = {one["id"]: one["rewardActionId"] for one in answer["slots"]}
            assert list(chosen) == ["hero", "side"]
            assert len(set(chosen.values())) == 2
            pages.add(tuple(chosen.values()))
            assert await calls.ok("POST", "/multislot/rank", body, base=V11) == answer
            rewards = [{"slotId": "side", "value": 1.0}]
            path = f"/multislot/events/p{number}/reward"
            await calls.ok("POST", path, {"reward": rewards}, base=V11)
        assert {("tea", "cake")} < pages
        found = await _counted(calls, 48)
    groups = {group["slot"]: group for group in found["groups"]}
    assert groups["hero"]["events"] == groups["side"]["events"] == 24
    assert groups["hero"]["sumOfRewards"] == 0.0
    assert groups["side"]["sumOfRewards"] == 24.0
    assert groups["side"]["values"]["baseline"]["high"] > 0.3


async def test_without_a_share_a_page_is_the_callers_own_in_both_modes_it_must_name_it(
    served, settings
):
    async with _open(served, settings, personalizer_mode="apprentice") as calls:
        body = {"actions": ACTIONS, "slots": SLOTS, "eventId": "p", "deferActivation": True}
        answer = await calls.ok("POST", "/multislot/rank", body, base=V11)
        assert [one["rewardActionId"] for one in answer["slots"]] == ["tea", "cake"]
        await calls.ok("POST", "/multislot/events/p/activate", base=V11)
        status, text = await calls.error(
            "POST", "/multislot/events/p/reward", {"reward": [{"slotId": "no", "value": 1}]}
        )
        assert (status, "hero, side" in text) == (400, True)
        assert (await calls.error("POST", "/multislot/events/unknown/activate"))[0] == 404
    async with _open(served, settings) as calls:
        for slots, said in (
            ([{"id": "hero"}], "baselineAction: is required"),
            ([{"id": "hero", "baselineAction": "none"}], "not among the actions"),
            ([SLOTS[0], {**SLOTS[1], "id": "hero"}], "appears twice"),
            ([SLOTS[0], {**SLOTS[1], "baselineAction": "tea"}], "each has its own"),
            ([{**SLOTS[0], "excludedActions": ["tea"]}], "excludedActions"),
            ([], "slots"),
        ):
            body = {"actions": ACTIONS, "slots": slots}
            status, text = await calls.error("POST", "/multislot/rank", body, base=V11)
            assert (status, said in text) == (400, True), text
        for rewards in ([], [{"slotId": "a"}], [{"slotId": "a", "value": 2}], "all", None):
            status, text = await calls.error(
                "POST", "/multislot/events/p/reward", {"reward": rewards}
            )
            assert (status, text.startswith("reward")) == (400, True), text
