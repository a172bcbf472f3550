"""Errors over REST through a real Envoy: the JSON of a status that names the field."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.gateway_server import PAGE_KEY, GatewayServer, caller, gateway_server
from tests.integration.rest_calls import event

BODY_MAX = 20_000
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[GatewayServer]:
    limit = ("--gateway-body-bytes-max", str(BODY_MAX))
    with gateway_server(tmp_path_factory, *limit) as started:
        yield started


@pytest.fixture
async def rest(server):
    async with caller(server) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/recommend", {}, "visitorId"),
        ("/v1/recommend", {"page_size": 3}, "visitor_id"),
        ("/v1/recommend", {"pageSize": -1, "visitorId": "v"}, "pageSize"),
        ("/v1/recommend", {"page_size": -1, "visitor_id": "v"}, "page_size"),
        ("/v1/recommend", {"pageSize": -1, "visitor_id": "v"}, "pageSize"),
        ("/v1/recommend", {"page_size": -1, "visitorId": "v"}, "page_size"),
        ("/v1/recommend", {"visitorId": "v", "excludeItemIds": ["a", ""]}, "excludeItemIds[1]"),
        ("/v1/feedback", {"events": [event("")]}, "events[0].eventId"),
        (
            "/v1/feedback",
            {"events": [{"event_id": "", "event_type": "click", "items": [{"item_id": "a"}]}]},
            "events[0].event_id",
        ),
        ("/v1/policies/bold:promote", {"forced": "x"}, "forced"),
        ("/v1/recommend", {"visitorid": "v"}, "visitorid"),
        ("/v1/recommend", {"visitor_id": "v", "context": {"a": {"txt": "b"}}}, "context.a.txt"),
        ("/v1/feedback", {"events": [event("x"), event("y", itemz=[])]}, "events[1].itemz"),
        ("/v1/recommend", {"visitorId": "v", "context": {"device": "phone"}}, "context.device"),
        (
            "/v1/feedback",
            {"events": [event("x"), event("y", context={"load": 0.5})]},
            "events[1].context.load",
        ),
        (
            "/v1/items",
            {"writes": [{"item": {"itemId": "a", "features": {"brand": ["Acme"]}}}]},
            "writes[0].item.features.brand",
        ),
        (
            "/v1/users",
            {"writes": [{"user": {"userId": "a", "features": {"member": True}}}]},
            "writes[0].user.features.member",
        ),
        (
            "/v1/items",
            {"writes": [{"item": {"itemId": "a", "titel": "A"}}]},
            "writes[0].item.titel",
        ),
        (
            "/v1/items",
            {"writes": [{"item": {"itemId": "a"}, "setTime": "2062-01-01T00:00:00Z"}]},
            "writes[0].setTime",
        ),
        (
            "/v1/items",
            {"writes": [{"item": {"item_id": "a"}, "set_time": "2062-01-01T00:00:00Z"}]},
            "writes[0].set_time",
        ),
    ],
)
async def test_an_error_names_the_field(rest, path, body, field):
    answer = await rest.post(path, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    body = answer.json()
    assert (body["code"], body["status"]) == (3, "INVALID_ARGUMENT")
    (details,) = body["details"]
    assert details["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    (violation,) = details["fieldViolations"]
    assert violation["field"] == field
    assert body["message"] == f"{field} {violation['description']}"


EVENT = '{"eventId": "e", "eventType": "click", "visitorId": "v"'
TIME = 'write a time such as "2026-12-01T10:00:00Z"'
LEVELS = [f"DIVERSITY_{level}" for level in ("NONE", "LOW", "MEDIUM", "HIGH", "AUTO")]
WRONG = [  # a body's text: the field, and what is wrong with it
    ('{"visitorId": "v", "visitorId": "w"}', "visitorId", "is there twice: write it once"),
    ('{"visitorId": "v", "visitor_id": "w"}', "visitor_id", "is there twice: write it once"),
    ('{"visitorId": 5}', "visitorId", 'is a number: write a text in "quotes"'),
    ('{"visitorId": ["v"]}', "visitorId", 'is a list: write a text in "quotes"'),
    ('{"visitorId": {"a": 1}}', "visitorId", 'is an object: write a text in "quotes"'),
    ('{"pageSize": "many"}', "pageSize", "is not a number: write a whole number"),
    (
        '{"pageSize": 5.5}',
        "pageSize",
        "is not a whole number below 2147483648: write a whole number",
    ),
    ('{"explain": 1}', "explain", "is a number: write true or false"),
    ('{"excludeItemIds": ["a", null]}', "excludeItemIds[1]", "is null: leave it out"),
    ('{"excludeItemIds": [["a"]]}', "excludeItemIds[0]", 'is a list: write a text in "quotes"'),
    ('{"context": []}', "context", "is a list: write an object, {...}"),
    (
        '{"context": {"heat": {"number": NaN}}}',
        "context.heat.number",
        "is no number: write a number, with a point and without a unit",
    ),
    (
        '{"diversity": "high"}',
        "diversity",
        f"is none of {', '.join(LEVELS)}",
    ),
]
WRONG_EVENTS = [
    ('{"events": [null]}', "events[0]", "is null: leave it out"),
    ('{"events": "e"}', "events", "is a text: write an object, {...}"),
    (
        f'{{"events": [{EVENT}, "items": ["a"]}}]}}',
        "events[0].items[0]",
        "is a text: write an object, {...}",
    ),
    (
        f'{{"events": [{EVENT}, "eventTime": 1764583200}}]}}',
        "events[0].eventTime",
        f"is a number: {TIME}",
    ),
    (
        f'{{"events": [{EVENT}, "eventTime": "2026-12-01"}}]}}',
        "events[0].eventTime",
        f"is not a time: {TIME}",
    ),
    (
        f'{{"events": [{EVENT}, "eventTime": "2026-02-30T00:00:00Z"}}]}}',
        "events[0].eventTime",
        "has a value that does not fit",
    ),
]


@pytest.mark.parametrize(
    ("path", "body", "field", "problem"),
    [("/v1/recommend", *one) for one in WRONG] + [("/v1/feedback", *one) for one in WRONG_EVENTS],
)
async def test_a_value_of_a_wrong_type_is_answered_with_field_and_fix(
    rest, path, body, field, problem
):
    answer = await rest.post(path, content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["message"] == f"{field} {problem}"
    (violation,) = answer.json()["details"][0]["fieldViolations"]
    assert (violation["field"], violation["description"]) == (field, problem)


async def test_what_is_no_json_is_not_quoted(rest):
    for text in ('{"visitorId": "ann@shop.example\\ud800"}', '{"visitorId": "ann@shop.example'):
        answer = await rest.post("/v1/recommend", content=text, headers=JSON)
        assert answer.status_code == 400
        assert answer.json()["message"].startswith("the body is not JSON: ")
        assert "ann" not in answer.text
        assert "ann" not in answer.headers.get("grpc-message", "")


async def test_numbers_and_flags_in_quotes_and_single_values_are_read(rest):
    body = {"visitorId": "v", "pageSize": "2", "explain": "true", "excludeItemIds": "a"}
    answer = await rest.post("/v1/recommend", json={**body, "diversity": None, "context": {}})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("bare", "fix"),
    [
        ("Acme", 'is a bare text: write {"text": "..."}'),
        (-3, 'is a bare number: write {"number": 1.5}'),
        (["Acme"], 'is a list: write one value, {"text": "..."} or {"number": 1.5}'),
        (False, 'is false: write {"text": "..."} or {"number": 1.5}'),
    ],
)
async def test_a_bare_value_among_features_is_answered_with_the_fix(rest, bare, fix):
    item = {"itemId": "a", "features": {"brand": bare}}
    answer = (await rest.post("/v1/items", json={"writes": [{"item": item}]})).json()
    assert answer["message"] == f"writes[0].item.features.brand {fix}"
    good = {"itemId": "a", "features": {"brand": {"text": "Acme"}, "size": {"number": -3}}}
    done = await rest.post("/v1/items", json={"writes": [{"item": good}]})
    assert done.json()["results"][0]["status"] == "WRITE_STATUS_APPLIED"


@pytest.mark.parametrize("name", ["pageToken", "page_token"])
async def test_an_error_names_a_parameter_of_the_query(rest, name):
    answer = (await rest.get(f"/v1/items?{name}=nonsense")).json()
    assert answer["details"][0]["fieldViolations"][0]["field"] == name
    assert answer["message"].startswith(f"{name} ")


@pytest.mark.parametrize("name", ["eventTime", "event_time"])
async def test_a_detail_names_the_field(rest, name):
    late = event(f"late-{name}", **{name: "2062-01-01T00:00:00Z"})
    (result,) = (await rest.post("/v1/feedback", json={"events": [late]})).json()["results"]
    assert result["status"] == "EVENT_STATUS_QUARANTINED"
    assert result["detail"].startswith(name)


async def test_a_value_in_an_error_is_left_alone(rest):
    answer = (await rest.get("/v1/items/page_size")).json()
    assert answer["message"] == "itemId 'page_size' is not known"


RECOMMEND, LARGE = "/v1/recommend", " " * (BODY_MAX + 1)
LATE = '{"visitorId": "v", "minOffset": "9999999999999-0"}'
PAGES = {"authorization": f"Bearer {PAGE_KEY}"}
# method, path, body, headers: HTTP status, code, status, and what the message says
ERRORS = [
    (("POST", RECOMMEND, "{bad", {}), (400, 3, "INVALID_ARGUMENT", "not JSON: check")),
    (("POST", RECOMMEND, "{'visitorId': 'v'}", {}), (400, 3, "INVALID_ARGUMENT", "not JSON")),
    (("POST", RECOMMEND, '{"visitorId": "v",}', {}), (400, 3, "INVALID_ARGUMENT", "not JSON")),
    (("POST", RECOMMEND, '{"visitorId": "v"} {}', {}), (400, 3, "INVALID_ARGUMENT", "not JSON")),
    (("POST", RECOMMEND, "\ufeff{}", {}), (400, 3, "INVALID_ARGUMENT", "not JSON")),
    (("GET", "/v1/items?pageSize=x", None, {}), (400, 3, "INVALID_ARGUMENT", "pageSize has a va")),
    (
        ("GET", f"/v1/items/{'x' * 9000}", None, {}),
        (431, 8, "RESOURCE_EXHAUSTED", "more than 8 kB"),
    ),
    (("GET", "/personalizer/%00", None, {}), (400, 3, "INVALID_ARGUMENT", "zero byte (%00)")),
    (("POST", RECOMMEND, '{"pageSize": "x"}', {}), (400, 3, "INVALID_ARGUMENT", "pageSize")),
    (("POST", RECOMMEND, "[[[[", {}), (400, 3, "INVALID_ARGUMENT", "one JSON object")),
    (("POST", RECOMMEND, "[]", {}), (400, 3, "INVALID_ARGUMENT", "one JSON object")),
    (("POST", RECOMMEND, " null\n", {}), (400, 3, "INVALID_ARGUMENT", "one JSON object")),
    (("POST", RECOMMEND, "5", {}), (400, 3, "INVALID_ARGUMENT", "one JSON object")),
    (("POST", RECOMMEND, '{"a": {"b', {}), (400, 3, "INVALID_ARGUMENT", "")),
    (("POST", RECOMMEND, '"', {}), (400, 3, "INVALID_ARGUMENT", "")),
    (("POST", RECOMMEND, "[" * 5000, {}), (400, 3, "INVALID_ARGUMENT", "")),
    (("POST", RECOMMEND, "{}", {"content-type": "text/xml"}), (415, 3, "INVALID_ARGUMENT", "json")),
    (("POST", RECOMMEND, LARGE, {}), (413, 3, "INVALID_ARGUMENT", "gateway_body_bytes_max")),
    (("POST", RECOMMEND, LATE, {}), (400, 3, "INVALID_ARGUMENT", "minOffset")),
    (("POST", RECOMMEND, "{}", {"authorization": "x"}), (401, 16, "UNAUTHENTICATED", "key")),
    (("POST", "/v1/users", "{}", PAGES), (403, 7, "PERMISSION_DENIED", "scopes")),
    (("GET", "/v1/items?nope=1", None, {}), (400, 3, "INVALID_ARGUMENT", "nope")),
    (("GET", "/v1/items/%00", None, {}), (400, 3, "INVALID_ARGUMENT", "zero byte (%00)")),
    (("GET", "/v1/items?nope=%00", None, {}), (400, 3, "INVALID_ARGUMENT", "nope")),
    (("GET", "/v1/items/nothing", None, {}), (404, 5, "NOT_FOUND", "itemId 'nothing'")),
    (("GET", "/v1/nothing", None, {}), (404, 5, "NOT_FOUND", "/v1/nothing")),
    (("GET", RECOMMEND, None, {}), (404, 5, "NOT_FOUND", RECOMMEND)),
    (("GET", "/nothing", None, {}), (404, 5, "NOT_FOUND", "")),
]


@pytest.mark.parametrize(("sent", "expected"), ERRORS)
async def test_every_error_is_the_json_of_a_status(rest, sent, expected):
    method, path, body, headers = sent
    http_status, code, status, says = expected
    answer = await rest.request(method, path, content=body, headers=JSON | headers)
    assert (answer.status_code, answer.headers["content-type"]) == (http_status, "application/json")
    body = answer.json()
    assert set(body) == {"code", "status", "message", "details"}
    assert (body["code"], body["status"]) == (code, status)
    assert says in body["message"]
    assert answer.headers["grpc-status"] == str(code)
