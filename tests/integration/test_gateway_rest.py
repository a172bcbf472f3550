"""JSON over REST through a real Envoy: every route, and what its callers send."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.api.annotations_pb2 import http

from headwater_server.gateway.descriptors import API
from tests.integration.gateway_server import (
    BEARER,
    KEY,
    PAGE_KEY,
    GatewayServer,
    caller,
    gateway_server,
)
from tests.integration.rest_calls import CALLS, event
from tests.integration.waiting import eventually


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[GatewayServer]:
    with gateway_server(tmp_path_factory) as started:
        yield started


@pytest.fixture
async def rest(server):
    async with caller(server) as client:
        yield client


def annotated() -> Iterator[tuple[str, str]]:
    """Give each route that the protos declare."""
    for file in API:
        for service in file.services_by_name.values():
            for method in service.methods:
                rule = method.GetOptions().Extensions[http]
                for one in (rule, *rule.additional_bindings):
                    if kind := one.WhichOneof("pattern"):
                        yield kind.upper(), getattr(one, kind)


async def test_every_annotated_route_answers(rest):
    routes = set(annotated())
    assert CALLS.keys() <= routes
    for (method, path), asked in CALLS.items():
        body = asked if isinstance(asked, dict) else None
        place, body = asked if isinstance(asked, tuple) else (path if body else asked, body)
        answer = await rest.request(method, place, json=body)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-request-id"]
    for method, path in sorted(routes - CALLS.keys()):  # ModelService's grow; all are GET or POST
        answer = await rest.request(method, path, json={} if method == "POST" else None)
        assert answer.status_code in {200, 400, 404}, (path, answer.text)
        assert "Could not resolve" not in answer.text, path


@pytest.mark.parametrize("strange", ["999.98m", "123456789m", "m", "-1S", "1 S", "99999999H"])
async def test_a_strange_deadline_is_its_callers_own_trouble(rest, strange):
    """gRPC ends a whole connection over one that it cannot read, and others share it."""
    for deadline in (strange, "5S"):
        answer = await rest.get("/v1/model", headers={"grpc-timeout": deadline})
        assert answer.status_code == 200, answer.text


async def test_a_blank_in_a_query_may_be_a_plus(rest):
    plus, percent = "/v1/items?filter=price+%3E+1", "/v1/items?filter=price%20%3E%201"
    answer = await rest.get(plus)
    assert answer.status_code == 200, answer.text
    assert answer.json() == (await rest.get(percent)).json()


async def test_what_was_sent_over_rest_is_learned(rest):
    item = {"item": {"itemId": "hat", "price": 9.5, "categories": ["hats"]}}
    await rest.post("/v1/items", json={"writes": [item]})
    body = (await rest.post("/v1/feedback", json={"events": [event("rest-2")]})).json()
    assert body["results"] == [
        {"eventId": "rest-2", "status": "EVENT_STATUS_CREATED", "detail": ""}
    ]
    again = (await rest.post("/v1/feedback", json={"events": [event("rest-2")]})).json()
    assert again["results"][0]["status"] == "EVENT_STATUS_EXISTS"
    asked = {"visitorId": "bob", "minOffset": body["offset"], "filter": 'categories: ANY("hats")'}
    slate = (await rest.post("/v1/recommend", json=asked)).json()
    assert [result["itemId"] for result in slate["results"]] == ["hat"]
    assert slate["attributionToken"]


async def test_a_key_in_the_query_is_the_beacons_way_in_and_is_seen_by_nobody_else(server, rest):
    await rest.post("/v1/items", json={"writes": [{"item": {"itemId": "hat"}}]})
    del rest.headers["authorization"]
    body = json.dumps({"events": [event("beacon-1")]})
    beacon = {"content-type": "text/plain;charset=UTF-8"}
    path = f"/v1/feedback?key={PAGE_KEY}"
    answer = await rest.post(path, content=body, headers=beacon | {"x-request-id": "the-beacon"})
    assert answer.json()["results"][0]["status"] == "EVENT_STATUS_CREATED"
    assert (await rest.post("/v1/feedback", content=body, headers=beacon)).status_code == 401
    escaped = "".join(f"%{ord(letter):02x}" for letter in PAGE_KEY)
    again = await rest.post(f"/v1/feedback?key={escaped}", content=body, headers=beacon)
    assert again.json()["results"][0]["status"] == "EVENT_STATUS_EXISTS"
    foreign = {"origin": "https://evil.example"}
    assert (await rest.get(f"/v1/items?key={KEY}", headers=foreign)).status_code == 403
    assert (await rest.get(f"/healthz?key={KEY}")).status_code == 200
    # a header of its own counts, and the query's key is gone all the same
    wrong = await rest.get(f"/v1/items?key={KEY}", headers={"authorization": "Bearer wrong"})
    assert wrong.status_code == 401

    def logged() -> bool:
        return any(
            line.get("path") == "/v1/items" and line["status"] == 401
            for line in server.access_log()
        )

    await eventually(logged)
    line = next(one for one in server.access_log() if one.get("request_id") == "the-beacon")
    assert (line["path"], line["status"]) == ("/v1/feedback", 200)
    assert line["call"] == "/headwater.v1.FeedbackService/Feedback"
    for secret in (KEY, PAGE_KEY, escaped):
        assert secret not in server.log


async def test_who_calls_may_not_say_where_from_or_what_envoy_does(server, rest):
    spoofed = {
        "x-forwarded-for": "10.1.1.1",
        "x-envoy-max-retries": "50",
        "x-envoy-original-method": "GET",
        "x-envoy-upstream-rq-timeout-ms": "1",
        "x-headwater-field": "spoofed",
    }
    answer = await rest.get("/v1/items/nothing", headers=spoofed)
    assert "spoofed" not in answer.text
    assert answer.status_code == 404
    assert (await rest.get("/v1/items", headers=spoofed)).status_code == 200


async def test_a_body_that_is_large_and_good_is_read(rest):
    events = [event(f"many-{number}", items=[{"itemId": "hat"}]) for number in range(150)]
    answer = await rest.post("/v1/feedback", json={"events": events})
    statuses = {result["status"] for result in answer.json()["results"]}
    assert statuses == {"EVENT_STATUS_CREATED"}


async def test_health_is_returned_without_a_key(server, rest):
    del rest.headers["authorization"]
    assert (await rest.get("/healthz")).text == "ok\n"
    assert (await rest.get("/readyz")).status_code == 200
    assert BEARER["authorization"] not in str(rest.headers)


EXAMPLE = re.compile(r"```sh\n(curl .*?)```\n(?:\n```json\n(.*?)```\n)?", re.DOTALL)
PAGE = Path(__file__).parents[2] / "docs" / "gateway.md"


def test_the_examples_of_the_page_do_what_it_says(server):
    if shutil.which("curl") is None:
        pytest.skip("no curl on the PATH")
    examples = EXAMPLE.findall(PAGE.read_text())
    assert len(examples) == 4
    for command, expected in examples:
        shell = command.replace("http://127.0.0.1:8080", server.url)
        variables = os.environ | {"HEADWATER_KEY": KEY}
        said = subprocess.run(shell, shell=True, check=True, capture_output=True, env=variables)
        answer = json.loads(said.stdout)
        assert "code" not in answer or expected
        if expected:
            body = json.loads(expected)
            if "offset" in body:
                body["offset"] = answer["offset"]
            assert answer == body


async def test_a_backends_key_is_refused_in_a_query_with_what_to_do(rest):
    """T32: a URL is kept by browsers, proxies and logs."""
    del rest.headers["authorization"]
    escaped = "".join(f"%{ord(letter):02x}" for letter in KEY)
    for path in (f"/v1/items?pageSize=1&key={KEY}", f"/v1/items?key={escaped}&pageSize=1"):
        refused = await rest.get(path, headers={"x-headwater-key-in": "header"})
        assert refused.status_code == 401
        assert "?key= takes a page's key only" in refused.json()["message"]
        assert KEY not in refused.text
    body = {"events": [event("backend-in-query")]}
    assert (await rest.post(f"/v1/feedback?key={KEY}", json=body)).status_code == 401
    # the header counts, whatever the query holds, and nobody but the gateway sets its mark
    bearer = BEARER | {"x-headwater-key-in": "query"}
    assert (await rest.get(f"/v1/items?key={KEY}", headers=bearer)).status_code == 200


@pytest.mark.parametrize("reward", [2, -2, 1.5, "NaN", "Infinity", "-1e308"])
async def test_a_reward_beyond_one_is_quarantined_with_its_field(rest, reward):
    sent = {"events": [event(f"reward {reward}", reward=reward)]}
    answer = await rest.post("/v1/feedback", json=sent)
    assert answer.status_code == 200
    result = answer.json()["results"][0]
    assert result["status"] == "EVENT_STATUS_QUARANTINED"
    assert result["detail"].startswith("reward: ")


async def test_a_reward_may_be_a_number_or_its_text(rest):
    sent = {"events": [event(f"good {n}", reward=n) for n in (0.3, "1", -1, 0)]}
    answer = await rest.post("/v1/feedback", json=sent)
    assert {one["status"] for one in answer.json()["results"]} == {"EVENT_STATUS_CREATED"}
    answer = await rest.post("/v1/feedback", json={"events": [event("bad", reward="much")]})
    assert answer.status_code == 400


@pytest.mark.parametrize("objective", [9, -1, "OBJECTIVE_PROFIT"])
async def test_an_unknown_objective_is_refused(rest, objective):
    asked = {"visitorId": "v", "objective": objective}
    answer = await rest.post("/v1/recommend", json=asked)
    assert answer.status_code == 400
    assert "objective" in answer.text


async def test_an_objective_without_purchases_is_acts_and_says_so(rest):
    asked = {"visitorId": "v", "objective": "OBJECTIVE_REVENUE"}
    answer = (await rest.post("/v1/recommend", json=asked)).json()
    assert answer["objective"] == "OBJECTIVE_ACTS"
    assert "needs 20" in answer["objectiveNote"]
