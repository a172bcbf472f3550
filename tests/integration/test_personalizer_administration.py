"""What operators ask of Personalizer's API, with real keys, a real server and a real store."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.personalizer.administration import running
from headwater_server.personalizer.administration.evaluations import Evaluation, Evaluations
from headwater_server.personalizer.calls.handling import BODY_BYTES_MAX
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import serving
from tests.integration.conftest import url_of
from tests.integration.personalizer_calls import ACTIONS, V1, V11, V2022, personalizer
from tests.integration.replicas import running_replica
from tests.integration.waiting import eventually

WHOLE, READING, PAGE = "a-whole-key-of-the-shop", "a-reading-key-of-the-shop", "a-page-key-of-it"
SERVICE = "/configurations/service"
POLICY = "/configurations/policy"
WIDE = {"name": "wide", "arguments": "exploration_epsilon = 0.3"}


@pytest.fixture
async def shop(server_dir, settings):
    """Give a function that opens another web process of the same shop."""
    keys = ApiSettings(
        keys=SecretStr(f"{WHOLE},{READING};scopes=read"), page_keys=SecretStr(PAGE), stop_grace_s=0
    )
    url = url_of(server_dir)
    async with AsyncExitStack() as parts:
        enter = parts.enter_async_context
        storage = await enter(open_storage(settings, redis_url=url))
        address = await enter(
            serving(await enter(running_replica(storage, engine_type=Engine)), keys)
        )

        async def another(**more):
            return await enter(personalizer(address, url, settings, WHOLE, **more))

        yield another


async def test_the_configuration_is_that_of_all_processes_and_of_the_next_start(shop):
    calls, other = await shop(), await shop()
    before = await calls.ok("GET", SERVICE)
    assert before["rewardWaitTime"] == "PT10M"
    assert before["learningMode"] == "Online"
    assert before["rewardAggregation"] == "earliest"
    assert before["explorationPercentage"] == pytest.approx(0.005)
    for name in ("defaultReward", "modelExportFrequency", "logRetentionDays"):
        assert name in before  # what the published SDKs cannot do without
    sent = {**before, "learningMode": "Apprentice", "trafficShare": 0.25, "defaultReward": -0.5}
    after = await calls.ok("PUT", SERVICE, sent, base=V11)
    assert after == {**sent, "lastConfigurationEditDate": after["lastConfigurationEditDate"]}

    async def follows():
        return await other.ok("GET", SERVICE, base=V2022) == after

    await eventually(follows)
    assert (await (await shop()).ok("GET", SERVICE))["trafficShare"] == 0.25
    online = await calls.ok("PATCH", SERVICE, {"learningMode": "Online"})
    assert (online["learningMode"], online["trafficShare"]) == ("Online", 0.0)
    assert (await calls.ok("DELETE", SERVICE))["defaultReward"] == 0.0


async def test_a_bad_configuration_names_the_field_and_changes_nothing(shop):
    calls = await shop()
    before = await calls.ok("GET", SERVICE)
    for given, status, said in (
        ({"learningMode": "Aprentice"}, 400, "learningMode: write Online or Apprentice"),
        ({"learningMode": "LoggingOnly"}, 501, "trafficShare 0"),
        ({"learningMode": "Apprentice", "trafficShare": -1}, 400, "trafficShare"),
        ({"learningMode": "Apprentice", "trafficShare": 2}, 400, "from 0 to 1"),
        ({"learningMode": "Apprentice", "trafficShare": True}, 400, "trafficShare"),
        (b'{"learningMode": "Apprentice", "trafficShare": NaN}', 400, "trafficShare"),
        ({"trafficShare": 0.2}, 400, "needs learningMode Apprentice"),
        ({"defaultReward": 7}, 400, "defaultReward"),
        ({"rewardAggregation": "mean"}, 400, "earliest or sum"),
        ({"rewardWaitTime": "10 minutes"}, 400, "no duration"),
        ({"rewardWaitTime": "P300D"}, 400, "seven days"),
        ({"rewardWaitTime": 600}, 400, "rewardWaitTime"),
        ({"isAutoOptimizationEnabled": True}, 501, "auto_promote"),
        ({"logRetentionDays": 7}, 501, "archive_days"),
        ({"explorationPercentage": 1.5}, 400, "explorationPercentage"),
        ({"rewardWait": "PT1M"}, 400, "no field"),
        ([1], 400, "not a JSON object"),
        (b"{", 400, "not JSON"),
        (b" " * (BODY_BYTES_MAX + 1), 413, "bytes"),
    ):
        found, text = await calls.error("PUT", SERVICE, given)
        assert (found, said in text) == (status, True), text
    assert await calls.ok("GET", SERVICE) == before


async def test_learning_settings_are_policies_of_the_log(shop):
    calls = await shop()
    assert await calls.ok("GET", POLICY) == {"name": "settings", "arguments": ""}
    assert await calls.ok("PUT", "/policy", WIDE) == WIDE
    assert (await calls.ok("GET", SERVICE))["explorationPercentage"] == pytest.approx(0.005)
    for given, said in (
        ({"name": "vw", "arguments": "--cb_explore_adf --epsilon 0.2"}, "Vowpal Wabbit"),
        ({"name": "a/b", "arguments": ""}, "name"),
        ({"name": "x", "arguments": "[1, 2"}, "no settings"),
        ({"name": "x", "arguments": "exploration_epsilon = 7"}, "exploration_epsilon"),
        ({"name": "x", "arguments": 5}, "arguments"),
        ({"name": "x", "arguments": "exploration_epsilon = 2026-01-01"}, "'exploration_epsilon'"),
        ({"name": "x", "arguments": "a = [{b = 10:00:00}]"}, "'a'"),
        ({"name": "x", "arguments": '{"exploration_epsilon": NaN}'}, "'exploration_epsilon'"),
        ({"name": "x", "arguments": '{"exploration_epsilon": 1e999}'}, "'exploration_epsilon'"),
        ({"name": "x", "arguments": f"exploration_epsilon = {10**400}"}, "'exploration_epsilon'"),
        (b'{"name": "x", "arguments": "a = \\"\\ud800\\""}', "not Unicode"),
    ):
        status, text = await calls.error("PUT", POLICY, given)
        assert (status, said in text) == (400, True), text
    assert (await calls.ok("DELETE", POLICY))["name"] == "settings"
    assert (await calls.ok("DELETE", POLICY))["name"] == "settings"
    changed = await calls.ok("PUT", SERVICE, {"explorationPercentage": 0.4})
    assert changed["explorationPercentage"] == pytest.approx(0.4)
    found = (await calls.ok("GET", POLICY))["arguments"].splitlines()
    assert found == ["exploration_bandit_epsilon = 0.4", "exploration_epsilon = 0.4"]


async def test_an_exploration_share_is_that_of_personalizers_own_calls(shop):
    calls = await shop()
    both = ["exploration_bandit_epsilon = 0.02", "exploration_epsilon = 0.02"]
    await calls.ok("PUT", SERVICE, {"explorationPercentage": 0.02})
    assert (await calls.ok("GET", POLICY))["arguments"].splitlines() == both
    await calls.ok("PUT", POLICY, {"name": "old", "arguments": "exploration_epsilon = 0.1"})
    assert (await calls.ok("GET", SERVICE))["explorationPercentage"] == pytest.approx(0.02)
    changed = await calls.ok("PUT", SERVICE, {"explorationPercentage": 0.1})
    assert changed["explorationPercentage"] == pytest.approx(0.1)
    assert (await calls.ok("GET", POLICY))["name"] == "personalizer-exploration-2"
    for share in (1e-5, 0.1, 0.02, 0.1, 0.0, 1.0, 0.1):
        changed = await calls.ok("PUT", SERVICE, {"explorationPercentage": share})
        assert changed["explorationPercentage"] == share
    kept = {"name": "kept", "arguments": ""}
    await calls.ok("PUT", POLICY, kept)
    await calls.ok("PUT", SERVICE, {"explorationPercentage": 0.1})  # both are so already
    assert await calls.ok("GET", POLICY) == kept
    lists = 'exploration_epsilon = 0.3\nexploration_bandit = "off"'
    await calls.ok("PUT", POLICY, {"name": "lists", "arguments": lists})
    assert (await calls.ok("GET", SERVICE))["explorationPercentage"] == pytest.approx(0.3)


async def test_a_request_of_nothing_is_no_request_for_what_is_not_offered(shop):
    calls = await shop()
    for name in ("logMirrorEnabled", "logMirrorSasUri", "isAutoOptimizationEnabled"):
        await calls.ok("PUT", SERVICE, {name: None})
    assert (await calls.error("PUT", SERVICE, {"logMirrorEnabled": 0}))[0] == 501
    status, text = await calls.error("PUT", SERVICE, b'{"\\ud800": 1}')
    assert (status, "not Unicode" in text) == (400, True)


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


async def test_an_event_id_cannot_be_that_of_a_page_or_of_a_slot(shop):
    calls = await shop()
    slots = [{"id": "hero", "baselineAction": "tea"}]
    for base, path, more in (
        (V1, "/rank", {}),
        (V11, "/multislot/rank", {"slots": slots}),
    ):
        for event_id in ("page\x1fX", "slot\x1fX\x1fhero", "a\nb", "\x00"):
            body = {"actions": ACTIONS, "eventId": event_id, **more}
            status, text = await calls.error("POST", path, body, base=base)
            assert (status, text.startswith("eventId: ")) == (400, True), text
    for base, path, body in (
        (V1, "/events/page%1FX/reward", {"value": 1.0}),
        (V1, "/events/page%1FX/activate", None),
        (V11, "/multislot/events/a%1Fb/reward", {"reward": [{"slotId": "hero", "value": 1.0}]}),
        (V11, "/multislot/events/a%00b/activate", None),
    ):
        status, text = await calls.error("POST", path, body, base=base)
        assert (status, text.startswith("eventId: ")) == (400, True), text
    body = {"actions": ACTIONS, "slots": [{**slots[0], "id": "he\x1fro"}]}
    status, text = await calls.error("POST", "/multislot/rank", body, base=V11)
    assert (status, text.startswith("slots[0].id: ")) == (400, True), text


async def test_keys_of_pages_see_nothing_and_reading_ones_change_nothing(shop):
    calls = await shop()
    for key, status in (("", 401), ("not-a-key", 401), (PAGE, 403)):
        for path in ("/figures", SERVICE, POLICY, "/evaluations", "/model", "/logs/properties"):
            assert (await calls.by(key).error("GET", path))[0] == status, (key, path)
    reading = calls.by(READING)
    for path in ("/figures", SERVICE, POLICY, "/evaluations"):
        await reading.ok("GET", path)
    for method, path, body in (
        ("PUT", SERVICE, {"defaultReward": 0.5}),
        ("DELETE", SERVICE, None),
        ("PUT", POLICY, WIDE),
        ("DELETE", POLICY, None),
        ("POST", "/configurations/applyFromEvaluation", {"evaluationId": "a", "policyName": "b"}),
        ("POST", "/evaluations", {}),
        ("DELETE", "/evaluations/any", None),
    ):
        status, text = await reading.error(method, path, body)
        assert (status, "experiments" in text) == (403, True), (path, text)
    assert (await calls.ok("GET", SERVICE))["defaultReward"] == 0.0


async def test_what_has_no_counterpart_says_what_to_use_instead(shop):
    calls = await shop()
    for method, path, said in (
        ("GET", "/model", "headwater digest"),
        ("PUT", "/model", "headwater import"),
        ("DELETE", "/model", "--catalogue"),
        ("DELETE", "/logs", "EraseUser"),
        ("GET", "/logs/interactions", "headwater export"),
        ("GET", "/featureImportances", "explain"),
    ):
        status, text = await calls.error(method, path)
        assert (status, said in text) == (501, True), text
    assert (await calls.error("GET", "/nothing"))[0] == 404
    assert (await calls.error("GET", "/evaluations/unknown"))[0] == 404
    assert (await calls.error("DELETE", "/evaluations/unknown"))[0] == 404
    span = await calls.ok("GET", "/logs/properties")
    assert span["dateRange"]["from"] <= span["dateRange"]["to"]
    assert set(await calls.ok("GET", "/model/properties")) == {"creationTime", "lastModifiedTime"}


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
