"""The pages of docs/recipes: their settings start a server, their programs and calls work on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format

from headwater import Client, EventStatus
from headwater.v1 import recommendation_service_pb2 as pb
from headwater_server.cli.demo.server_process import ServerProcess
from tests.system.recipes.outcomes import OUTCOMES
from tests.system.recipes.shops import MEDIA, NEWS, RETAIL, fill

FOLDER = Path(__file__).parents[2] / "docs" / "recipes"
PAGES = sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != "index")
ADDRESS = "127.0.0.1:50051"
SHOPS = {"streaming-media": MEDIA, "news": NEWS}
QUICK = {"basket", *SHOPS}  # one page of each kind of shop: each page starts a server of its own

pytestmark = pytest.mark.timeout(300)  # the first server may have to compile kernels


def blocks(name: str, language: str) -> list[str]:
    """Return the blocks of a page that are in one language."""
    return re.findall(rf"```{language}\n(.*?)```", (FOLDER / f"{name}.md").read_text(), re.DOTALL)


@pytest.fixture
async def server(tmp_path, request) -> Any:
    (settings,) = blocks(request.param, "toml")
    (tmp_path / "headwater.toml").write_text(settings)
    place = {"HEADWATER_SETTINGS": str(tmp_path / "headwater.toml")}
    process = ServerProcess(tmp_path / "data", environment=place)
    await process.start()
    yield process
    await process.stop()


def programs(name: str, address: str) -> Iterator[str]:
    for program in [*blocks("index", "python"), *blocks(name, "python")]:
        yield program.replace(ADDRESS, address)


@pytest.mark.parametrize(
    ("server", "name"),
    [pytest.param(one, one, marks=() if one in QUICK else pytest.mark.thorough) for one in PAGES],
    indirect=["server"],
)
async def test_a_recipe_does_what_it_says(server, name):
    with Client(server.address) as shop:
        fill(shop, *SHOPS.get(name, RETAIL))
    names: dict[str, Any] = {}
    for program in programs(name, server.address):
        exec(compile(program, f"docs/recipes/{name}.md", "exec"), names)
        if answer := names.get("answer"):
            assert {result.status for result in answer.results} == {EventStatus.CREATED}, answer
    with names["client"] as client:
        assert not any(getattr(value, "is_fallback", False) for value in names.values())
        OUTCOMES[name](names, client)


@pytest.mark.parametrize("name", PAGES)
def test_the_json_of_a_page_is_a_call(name):
    (call,) = blocks(name, "json")
    request = json_format.Parse(call, pb.RecommendRequest())
    assert request.visitor_id
    assert request.placement


def test_every_page_is_in_the_index_and_has_the_same_parts():
    index = (FOLDER / "index.md").read_text()
    assert OUTCOMES.keys() == set(PAGES)
    for name in PAGES:
        assert f"]({name}.md)" in index
        headings = re.findall(r"^## (.*)$", (FOLDER / f"{name}.md").read_text(), re.MULTILINE)
        assert headings == ["The call", "The events", "The rules", "Good to know"], name
