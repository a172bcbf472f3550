"""Evaluations that Personalizer's API is asked for: over a real log, and removed again."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from headwater_server.personalizer.administration import running
from headwater_server.personalizer.administration.evaluations import Evaluation, Evaluations
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from tests.integration.conftest import url_of
from tests.integration.personalizer_calls import V1, V2022, shop_of
from tests.integration.waiting import eventually

KEY = "a-whole-key-of-the-shop"
POLICY = "/configurations/policy"
WIDE = {"name": "wide", "arguments": "exploration_epsilon = 0.3"}


@pytest.fixture
async def shop(server_dir, settings):
    """Give a function that opens another web process of the same shop."""
    async with shop_of(url_of(server_dir), settings, KEY, keys=SecretStr(KEY)) as another:
        yield another


async def test_an_evaluation_runs_over_the_log_and_its_policy_can_be_applied(shop):
    more = {"personalizer_mode": "apprentice", "personalizer_share": 0.5}
    calls = await shop(**more, personalizer_reward_wait_minutes=0.2)
    for number in range(260):
        answer = await calls.rank(f"e{number}")
        await calls.reward(f"e{number}", float(answer["rewardActionId"] == "cake"))
    asked = {
        "name": "last week", "startTime": "2020-01-01T00:00:00Z", "endTime": "2100-01-01T00:00:00Z",
        "policies": [WIDE],
    }  # fmt: skip
    for changes, said in (
        ({"endTime": "2019-01-01T00:00:00Z"}, "after startTime"),
        ({"startTime": "monday"}, "startTime"),
        ({"name": ""}, "name"),
        ({"policies": [WIDE, WIDE]}, "given twice"),
        ({"policies": [{"name": "Online", "arguments": ""}]}, "taken"),
        ({"enableOfflineExperimentation": True}, "not offered"),
    ):
        status, text = await calls.error("POST", "/evaluations", {**asked, **changes})
        assert (status, said in text) == (400, True), text
    made = await calls.ok("POST", "/evaluations", asked)
    assert made["status"] == "pending"
    path = f"/evaluations/{made['id']}"
    assert (await calls.error("POST", "/evaluations", asked))[0] == 409

    async def is_over():
        return (await calls.ok("GET", path))["status"] != "pending"

    await eventually(is_over)
    found = await calls.ok("GET", path, base=V1)
    assert found["status"] == "completed", found.get("description")
    sources = {one["name"]: one["policySource"] for one in found["policyResults"]}
    assert sources["Online"] == "Online"
    assert sources["Baseline"] == "Baseline"
    assert sources["Random"] == "Random"
    assert sources["wide"] == "Custom"
    results = {one["name"]: one for one in found["policyResults"]}
    assert results["Shown"]["totalSummary"]["averageReward"] > 0.0
    baseline = results["Baseline"]["totalSummary"]
    assert baseline.get("averageReward", 0.0) == 0.0  # tea is never rewarded
    newer = await calls.ok("GET", path, base=V2022)
    assert newer["status"] == "Succeeded"
    assert {one["name"] for one in newer["content"]["value"]} == set(sources)
    assert [one["id"] for one in await calls.ok("GET", "/evaluations")] == [made["id"]]
    apply = "/configurations/applyFromEvaluation"
    given = {"evaluationId": made["id"], "policyName": "wide"}
    assert (await calls.error("POST", apply, {**given, "policyName": "no"}))[0] == 404
    await calls.ok("POST", apply, given)
    assert (await calls.ok("GET", POLICY))["name"] == "wide"
    await calls.ok("DELETE", path)
    assert await calls.ok("GET", "/evaluations") == []


async def test_no_body_and_no_record_breaks_the_list_of_evaluations(shop, server_dir, settings):
    calls = await shop()
    asked = {
        "name": "all", "startTime": "0001-01-01T00:00:00Z",
        "endTime": "9999-12-31T23:59:59.9999999Z",
    }  # fmt: skip
    for changes, field in (
        ({"startTime": "0001-01-01T00:00:00+14:00"}, "startTime"),
        ({"endTime": "9999-12-31T23:59:59-14:00"}, "endTime"),
        ({"policies": [{"name": "x", "arguments": '{"exploration_epsilon": NaN}'}]}, "policies[0]"),
        ({"policies": [{"name": "x", "arguments": "a = 2026-01-01"}]}, "policies[0].arguments"),
    ):
        status, text = await calls.error("POST", "/evaluations", {**asked, **changes})
        assert (status, text.startswith(field)) == (400, True), text
    status, text = await calls.error(
        "POST", "/evaluations", json.dumps({**asked, "name": "\ud800"}).encode()
    )
    assert (status, "not Unicode" in text) == (400, True)
    odd = Evaluation("odd", "odd", -(10**17), 10**17, 5, status="Failed")
    store = Store(url_of(server_dir), settings)
    await Evaluations(store, settings.catalogue).put(odd)
    key = Keys(settings.catalogue).personalizer_evaluations
    await store.call("HSET", key, "of another build", '{"form": 9}')
    await store.close()
    (shown,) = await calls.ok("GET", "/evaluations")
    assert shown["startTime"] == "0001-01-01T00:00:00.000Z"
    assert (await calls.error("GET", "/evaluations/of another build"))[0] == 404
    for path in ("/evaluations/odd", "/evaluations/of another build"):
        await calls.ok("DELETE", path)
    made = await calls.ok("POST", "/evaluations", asked)
    assert made["endTime"] == "9999-12-31T23:59:59.999Z"


async def test_a_removed_evaluation_is_stopped_and_stays_away(shop, monkeypatch):
    monkeypatch.setattr(running, "BEAT_S", 0.02)
    calls, other = await shop(), await shop()
    asked = {
        "name": "long", "startTime": "2020-01-01T00:00:00Z", "endTime": "2100-01-01T00:00:00Z",
    }  # fmt: skip
    for process in (calls, other):  # the one that runs it, and another one
        made = await calls.ok("POST", "/evaluations", asked)
        await process.ok("DELETE", f"/evaluations/{made['id']}")

        async def is_free():
            return (await calls.call("POST", "/evaluations", asked)).status_code == 201

        await eventually(is_free)  # only one runs at a time
        (again,) = await calls.ok("GET", "/evaluations")
        assert again["id"] != made["id"]
        await calls.ok("DELETE", f"/evaluations/{again['id']}")
        assert await calls.ok("GET", "/evaluations") == []
