"""What operators ask of Personalizer's API, with real keys, a real server and a real store."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from headwater_server.personalizer.calls.handling import BODY_BYTES_MAX
from tests.integration.conftest import url_of
from tests.integration.personalizer_calls import ACTIONS, V1, V11, V2022, shop_of
from tests.integration.waiting import eventually

WHOLE, READING, PAGE = "a-whole-key-of-the-shop", "a-reading-key-of-the-shop", "a-page-key-of-it"
SERVICE = "/configurations/service"
POLICY = "/configurations/policy"
WIDE = {"name": "wide", "arguments": "exploration_epsilon = 0.3"}


@pytest.fixture
async def shop(server_dir, settings):
    """Give a function that opens another web process of the same shop."""
    keys = {"keys": SecretStr(f"{WHOLE},{READING};scopes=read"), "page_keys": SecretStr(PAGE)}
    async with shop_of(url_of(server_dir), settings, WHOLE, **keys) as another:
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
        ({"name": "x", "arguments": '{"exploration_policy": "\\ud800"}'}, "'exploration_policy'"),
        ({"name": "x", "arguments": '{"\\udfff": 1}'}, "ud"),
        ({"name": "x", "arguments": '{"rewards": ' + "[" * 490 + "]" * 490 + "}"}, "'rewards'"),
        ({"name": "x", "arguments": '{"rewards": {"\\ud800": null}}'}, "'rewards'"),
        (b'{"name": "x", "arguments": "a = \\"\\ud800\\""}', "not Unicode"),
    ):
        status, text = await calls.error("PUT", POLICY, given)
        assert (status, said in text) == (400, True), text
    assert (await calls.ok("DELETE", POLICY))["name"] == "settings"
    assert (await calls.ok("DELETE", POLICY))["name"] == "settings"
    changed = await calls.ok("PUT", SERVICE, {"explorationPercentage": 0.4})
    assert changed["explorationPercentage"] == pytest.approx(0.4)
    assert (await calls.ok("GET", POLICY))["arguments"] == "exploration_bandit_epsilon = 0.4"


async def test_an_exploration_share_is_that_of_personalizers_own_calls(shop):
    calls = await shop()
    await calls.ok("PUT", SERVICE, {"explorationPercentage": 0.02})
    assert (await calls.ok("GET", POLICY))["arguments"] == "exploration_bandit_epsilon = 0.02"
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
    await calls.ok("PUT", SERVICE, {"explorationPercentage": 0.1})  # it is so already
    assert await calls.ok("GET", POLICY) == kept
    lists = 'exploration_epsilon = 0.3\nexploration_bandit = "off"'
    await calls.ok("PUT", POLICY, {"name": "lists", "arguments": lists})
    assert (await calls.ok("GET", SERVICE))["explorationPercentage"] == pytest.approx(0.3)
    await calls.ok("PUT", SERVICE, {"explorationPercentage": 0.2})
    assert (await calls.ok("GET", POLICY))["arguments"] == "exploration_epsilon = 0.2"


async def test_a_request_of_nothing_is_no_request_for_what_is_not_offered(shop):
    calls = await shop()
    for name in ("logMirrorEnabled", "logMirrorSasUri", "isAutoOptimizationEnabled"):
        await calls.ok("PUT", SERVICE, {name: None})
    assert (await calls.error("PUT", SERVICE, {"logMirrorEnabled": 0}))[0] == 501
    status, text = await calls.error("PUT", SERVICE, b'{"\\ud800": 1}')
    assert (status, "not Unicode" in text) == (400, True)


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
