"""Hostile calls about rules, over REST through a real Envoy and over gRPC: refused, or harmless."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import grpc
import pytest

from headwater.v1 import rule_pb2, rule_service_pb2, rule_service_pb2_grpc
from tests.integration.gateway_server import KEY, GatewayServer, caller, gateway_server
from tests.integration.waiting import PATIENCE_S

OF_FILE = {"name": "of the file", "kind": "cap", "field": "tags", "most": 2}
OLD = {"name": "long ago", "kind": "cap", "field": "tags", "most": 3}
RULES = json.dumps(
    [
        OF_FILE,
        OLD | {"start": "0001-01-01T00:00:00+10:00", "end": "9999-12-31T23:59:59-10:00"},
    ]
)
PIN = {"name": "a", "pin": {"slot": 1, "itemIds": ["lamp"]}}
LAMP = {"slot": 1, "itemIds": ["lamp"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[GatewayServer]:
    with gateway_server(tmp_path_factory, "--rules", RULES) as started:
        yield started


@pytest.fixture
async def rest(server):
    async with caller(server) as client:
        items = {"writes": [{"item": {"itemId": name}} for name in ("lamp", "chair", "sofa")]}
        assert (await client.post("/v1/items", json=items)).status_code == 200
        yield client


@pytest.fixture
async def stub(server):
    async with grpc.aio.insecure_channel(server.address) as channel:
        yield rule_service_pb2_grpc.RuleServiceStub(channel)


async def call(stub, name: str, request):
    metadata = (("authorization", f"Bearer {KEY}"),)
    return await getattr(stub, name)(request, timeout=PATIENCE_S, metadata=metadata)


async def listed(rest) -> dict[str, dict]:
    answer = await rest.get("/v1/rules")
    assert answer.status_code == 200, answer.text
    return {rule["name"]: rule for rule in answer.json().get("rules", [])}


def field_of(answer) -> str:
    details = answer.json().get("details", [])
    return next((v["field"] for d in details for v in d.get("fieldViolations", ())), "")


WRONG = [
    ({}, "rule"),
    ({"rule": {}}, "rule.name"),
    ({"rule": {"name": "a"}}, "rule.kind"),
    ({"rule": {"name": "x" * 65, "pin": LAMP}}, "rule.name"),
    ({"rule": {"name": " a", "pin": LAMP}}, "rule.name"),
    ({"rule": {"name": "a\n", "pin": LAMP}}, "rule.name"),
    ({"rule": {"name": "a\x1b[2Jb", "pin": LAMP}}, "rule.name"),
    ({"rule": {"name": "a", "spin": {}}}, "rule.spin"),
    ({"rule": {"name": "a", "pin": {"slot": 1_000_000_000, "itemIds": ["b"]}}}, "rule.pin.slot"),
    ({"rule": {"name": "a", "pin": {"slot": -1, "itemIds": ["b"]}}}, "rule.pin.slot"),
    ({"rule": {"name": "a", "pin": {"slot": 1}}}, "rule.pin.itemIds"),
    ({"rule": {"name": "a", "pin": {"slot": 1, "itemIds": [""]}}}, "rule.pin.itemIds[0]"),
    ({"rule": {"name": "a", "pin": {"slot": 1, "itemIds": ["b"] * 1001}}}, "rule.pin.itemIds"),
    ({"rule": {"name": "a", "filter": "price <", "boost": {"by": 1}}}, "rule.filter"),
    ({"rule": {"name": "a", "filter": "(" * 4000, "boost": {"by": 1}}}, "rule.filter"),
    ({"rule": {"name": "a", "boost": {"by": 1}}}, "rule.filter"),
    ({"rule": {"name": "a", "filter": "price < 5", "boost": {}}}, "rule.boost.by"),
    ({"rule": {"name": "a", "filter": "price < 5", "boost": {"by": "NaN"}}}, "rule.boost.by"),
    ({"rule": {"name": "a", "filter": "price < 5", "bury": {"times": 1e300}}}, "rule.bury.times"),
    ({"rule": {"name": "a", "cap": {"most": 101, "field": "tags"}}}, "rule.cap.most"),
    ({"rule": {"name": "a", "cap": {"most": 1}}}, "rule.cap.field"),
    ({"rule": {"name": "a", "hide": {}}}, "rule.filter"),
    ({"rule": {"name": "a", "hide": {"eventTypes": ["view"]}}}, "rule.hide.days"),
    ({"rule": {"name": "a", "hide": {"days": 3}}}, "rule.hide.eventTypes"),
    (
        {"rule": {"name": "a", "hide": {"eventTypes": ["view"], "days": 3}, "placements": ["p"]}},
        "rule.placements",
    ),
    ({"rule": {"name": "a", "diversity": {}}}, "rule.diversity.level"),
    ({"rule": PIN | {"placements": ["x" * 129]}}, "rule.placements[0]"),
    (
        {"rule": PIN | {"startTime": "2026-02-01T00:00:00Z", "endTime": "2026-01-01T00:00:00Z"}},
        "rule.endTime",
    ),
    ({"rule": PIN, "revision": -1}, "revision"),
    ({"rule": PIN, "reason": "x" * 1001}, "reason"),
]


@pytest.mark.parametrize(("body", "field"), WRONG)
async def test_a_malformed_rule_is_refused_with_its_field(rest, body, field):
    before = await listed(rest)
    answer = await rest.post("/v1/rules", json=body)
    assert answer.status_code == 400, answer.text
    assert field_of(answer) == field, answer.text
    assert await listed(rest) == before


@pytest.mark.parametrize("time", ["2026-01-01T00:00:00", "tomorrow", "2026-13-01T00:00:00Z", 5])
async def test_a_time_without_a_zone_is_refused(rest, time):
    answer = await rest.post("/v1/rules", json={"rule": PIN | {"startTime": time}})
    assert answer.status_code == 400, answer.text
    assert "startTime" in answer.text or "time" in answer.text.lower()


async def test_a_rule_of_20_kb_is_refused_and_says_its_limit(rest, stub):
    large = PIN | {"pin": {"slot": 1, "itemIds": [f"item-{n:04}" + "x" * 15 for n in range(900)]}}
    answer = await rest.post("/v1/rules", json={"rule": large})
    assert (answer.status_code, field_of(answer)) == (400, "rule")
    assert "16,384" in answer.text
    rule = rule_pb2.Rule(name="a", pin={"slot": 1, "item_ids": large["pin"]["itemIds"]})
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(stub, "UpsertRule", rule_service_pb2.UpsertRuleRequest(rule=rule))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_names_in_any_script_are_kept_as_they_are(rest):
    for name in ("Lämpchen 灯 💡", "[/red]", "' OR 1=1 --", "a/b:c?d=e", "x" * 64, "💡" * 64):
        answer = await rest.post("/v1/rules", json={"rule": PIN | {"name": name}})
        assert answer.status_code == 200, answer.text
        assert name in await listed(rest)
        [change] = (await rest.get("/v1/rules:changes", params={"name": name})).json()["changes"]
        assert change["name"] == name
        gone = await rest.post("/v1/rules:delete", json={"name": name})
        assert gone.status_code == 200
    assert set(await listed(rest)) == {"of the file", "long ago"}


async def test_times_that_overlap_or_lie_at_the_ends_are_kept(rest):
    spans = (
        ("first", "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
        ("second", "2026-01-01T00:00:00Z", "2031-01-01T00:00:00+01:00"),
        ("epoch", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("always", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"),
    )
    for name, start, end in spans:
        rule = PIN | {"name": name, "startTime": start, "endTime": end}
        answer = await rest.post("/v1/rules", json={"rule": rule})
        assert answer.status_code == 200, answer.text
    found = await listed(rest)
    assert "slot 1" in " ".join(found["second"]["warnings"]) or found["second"]["warnings"]
    assert found["epoch"]["status"] == "RULE_STATUS_EXPIRED"
    assert found["epoch"]["endTime"] == "1970-01-01T00:00:00Z"
    assert found["always"]["status"] == "RULE_STATUS_ACTIVE"
    assert found["long ago"]["startTime"] == "0001-01-01T00:00:00Z"
    for name, *_ in spans:
        assert (await rest.post("/v1/rules:delete", json={"name": name})).status_code == 200


async def test_what_is_not_there_is_not_found(rest, stub):
    for path, body in (
        ("/v1/rules:delete", {"name": "never"}),
        ("/v1/rules:restore", {"name": "never", "toRevision": "0"}),
        ("/v1/rules:restore", {"name": "of the file", "toRevision": "999999999999"}),
    ):
        answer = await rest.post(path, json=body)
        assert answer.status_code == 404, answer.text
    for name, number in (("of the file", 2**63 - 1), ("never", 0)):
        request = rule_service_pb2.RestoreRuleRequest(name=name, to_revision=number)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(stub, "RestoreRule", request)
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    answer = await rest.post("/v1/rules:restore", json={"name": "a", "toRevision": "-1"})
    assert (answer.status_code, field_of(answer)) == (400, "toRevision")


async def test_two_editors_and_a_rule_of_the_file(rest):
    mine = {"name": "of the file", "cap": {"most": 5, "field": "tags"}}
    answer = await rest.post("/v1/rules", json={"rule": mine, "revision": "0"})
    assert answer.status_code == 200, answer.text
    revision = answer.json()["rule"]["revision"]
    assert (await listed(rest))["of the file"]["overridesSettings"]
    theirs = {"name": "of the file", "cap": {"most": 6, "field": "tags"}}
    late = await rest.post("/v1/rules", json={"rule": theirs, "revision": "0"})
    assert late.status_code == 409, late.text
    assert f"revision {revision}" in late.text
    for body in ({"name": "of the file", "revision": "0"},):
        assert (await rest.post("/v1/rules:delete", json=body)).status_code == 409
    back = await rest.post("/v1/rules:restore", json={"name": "of the file", "toRevision": "0"})
    assert back.json()["rule"]["cap"]["most"] == 2


async def test_previews_are_bounded_and_change_nothing(rest):
    before = (await rest.get("/v1/model", params={"computeDigest": True})).json()["digest"]
    asked = [{"visitorId": f"v{n}"} for n in range(1000)]
    many = await rest.post("/v1/rules:preview", json={"drafts": [PIN], "questions": asked})
    assert (many.status_code, field_of(many)) == (400, "questions")
    assert "at most 20" in many.text
    twice = await rest.post("/v1/rules:preview", json={"drafts": [PIN, PIN]})
    assert (twice.status_code, field_of(twice)) == (400, "drafts[1].name")
    both = await rest.post("/v1/rules:preview", json={"drafts": [PIN], "deleteNames": ["a"]})
    assert (both.status_code, field_of(both)) == (400, "deleteNames[0]")
    none = await rest.post("/v1/rules:preview", json={"deleteNames": ["never"], "drafts": []})
    assert none.status_code in (200, 404), none.text
    bad = await rest.post(
        "/v1/rules:preview", json={"questions": [{"visitorId": "v", "filter": "price <"}]}
    )
    assert (bad.status_code, field_of(bad)) == (400, "questions[0].filter")
    caps = [{"name": f"c{n}", "cap": {"most": 1, "field": "tags"}} for n in range(59)]
    full = await rest.post("/v1/rules:preview", json={"drafts": caps})
    assert full.status_code == 400, full.text
    assert "61 caps; 60 are the most" in full.text
    ages = {"drafts": [PIN], "questions": asked[:20], "previewTime": "9999-12-31T00:00:00Z"}
    assert (await rest.post("/v1/rules:preview", json=ages)).status_code == 200
    after = (await rest.get("/v1/model", params={"computeDigest": True})).json()["digest"]
    assert after == before
    assert set(await listed(rest)) == {"of the file", "long ago"}


async def test_the_author_is_who_called_and_not_what_is_sent(rest):
    forged = PIN | {"who": "the boss", "updateTime": datetime.now(UTC).isoformat(), "revision": 99}
    answer = await rest.post("/v1/rules", json={"rule": forged})
    assert answer.json()["rule"]["who"] != "the boss"
    assert answer.json()["rule"]["revision"] != "99"
    assert (await rest.post("/v1/rules:delete", json={"name": "a"})).status_code == 200


async def test_the_201st_rule_is_refused_and_200_are_listed_in_pages(rest):
    for n in range(198):
        rule = {"name": f"rule {n}", "filter": "price < 5", "boost": {"by": 1 + n}}
        answer = await rest.post("/v1/rules", json={"rule": rule})
        assert answer.status_code == 200, answer.text
    over = {"name": "one more", "filter": "price < 5", "boost": {"by": 7}}
    refused = await rest.post("/v1/rules", json={"rule": over})
    assert refused.status_code == 400, refused.text
    assert "201 of them; 200 are the most" in refused.text
    assert len((await rest.get("/v1/rules", params={"pageSize": 600})).json()["rules"]) == 200
    paged, token = [], ""
    while token or not paged:
        page = (await rest.get("/v1/rules", params={"pageSize": 70, "pageToken": token})).json()
        paged += [rule["name"] for rule in page["rules"]]
        token = page.get("nextPageToken", "")
    assert len(set(paged)) == 200
    for name in paged:
        if name.startswith("rule "):
            gone = await rest.post("/v1/rules:delete", json={"name": name})
            assert gone.status_code == 200, gone.text
