"""The gateway's root and reference page: in a browser, and against what the API really answers."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from scripts.generate_openapi import SERVED
from tests.integration.gateway_server import BEARER, KEY, GatewayServer, gateway_server
from tests.integration.rest_calls import CALLS
from tests.system.console_browser import need_console, play
from tests.system.shop_browser import ROOT, need_node_modules

PAGE = ROOT / "web" / "reference"
LINKS = ["/reference/", "/openapi.json", "/console/", "/shop/", "/readyz", "/healthz"]

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[GatewayServer]:
    with gateway_server(tmp_path_factory) as started:
        yield started


@pytest.fixture
def gateway(server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers=BEARER, follow_redirects=True) as client:
        yield client


def test_the_root_says_what_this_is(gateway):
    text = gateway.get("/")
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text.startswith("Headwater: a recommendation service")
    assert all(path in text.text for path in ["/v1/", *LINKS])
    page = gateway.get("/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert all(f'href="{path}"' in page.text for path in LINKS)


@pytest.mark.parametrize("path", LINKS)
def test_every_place_that_the_root_names_is_there(gateway, path):
    assert gateway.get(path).status_code == 200


def test_the_openapi_document_is_that_of_the_package(gateway):
    answer = gateway.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.text == SERVED.read_text()


def schema_of(document: dict[str, Any], path: str, method: str, status: str) -> dict[str, Any]:
    """Return the schema of an answer, with all others beside it."""
    answers = document["paths"][path][method.lower()]["responses"]
    schema = answers[status]["content"]["application/json"]["schema"]
    return schema | {"components": document["components"]}


def test_every_answer_is_what_the_document_says(gateway):
    document = gateway.get("/openapi.json").json()
    for (method, path), asked in CALLS.items():
        body = asked if isinstance(asked, dict) else None
        place, body = asked if isinstance(asked, tuple) else (path if body else asked, body)
        answer = gateway.request(method, place, json=body)
        assert answer.status_code == 200, answer.text
        schema = schema_of(document, in_camel(path), method, "200")
        Draft202012Validator(closed(schema)).validate(answer.json())


def test_an_error_is_what_the_document_says(gateway):
    document = gateway.get("/openapi.json").json()
    answer = gateway.post("/v1/recommend", json={"pageSize": -1})
    schema = schema_of(document, "/v1/recommend", "POST", "default")
    Draft202012Validator(closed(schema)).validate(answer.json())


def in_camel(path: str) -> str:
    """Return the path with its ids as the document names them."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), path)


def closed(part: Any) -> Any:
    """Return a schema whose objects allow no property that they do not list."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    inner = {name: closed(value) for name, value in part.items()}
    if isinstance(part.get("properties"), dict) and "additionalProperties" not in part:
        inner["additionalProperties"] = False
    return inner


def test_a_person_reads_the_reference_and_calls_the_api_from_it(server):
    need_console()
    shown = play(server.url, "reference", KEY)
    assert sorted(set(shown["paths"])) == sorted(json.loads(SERVED.read_text())["paths"])
    assert shown["status"] == "200"
    assert shown["overflow"] <= 0
    assert shown["problems"] == []
    assert shown["links"] == LINKS


def test_a_rebuild_gives_the_committed_bytes(tmp_path):
    need_node_modules(PAGE)
    subprocess.run(["npm", "run", "--silent", "build", "--", str(tmp_path)], cwd=PAGE, check=True)
    for built in tmp_path.iterdir():
        assert built.read_bytes() == (SERVED.parent / built.name).read_bytes(), built.name
