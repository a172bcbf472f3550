"""One live server, one recommendation's name: every language's client gets the same slate."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import headwater
from tests.system import client_contract as contract
from tests.system.client_programs import (
    Programs,
    go_programs,
    java_programs,
    node_programs,
    python_programs,
)

ITEMS = [f"item-{number}" for number in range(40)]
NAME = "the-same-for-all"
OTHER_NAMES = [f"another-{number}" for number in range(5)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with contract.live_server(tmp_path_factory.mktemp("server")) as running:
        _fill(running)
        yield running


def _fill(server: contract.LiveServer) -> None:
    """Write a catalogue, and visitors who like this and that, so that scores differ."""
    with server.client() as client:
        client.upsert_items(
            headwater.Item(item_id, f"Item {item_id}", categories=[f"category-{place % 4}"])
            for place, item_id in enumerate(ITEMS)
        )
        clicks = [
            headwater.Event("click", f"visitor-{place % 30}", items=[ITEMS[place * place % 40]])
            for place in range(300)
        ]
        seen = [headwater.Event("view", "ann", items=[item_id]) for item_id in ITEMS[3:9:2]]
        client.feedback([*clicks, *seen])


def _state(server: contract.LiveServer) -> tuple[str, str]:
    with server.client() as client:
        model = client.get_model(compute_digest=True)
    return model.offset, model.digest


def _slate(server: contract.LiveServer, name: str) -> list[str]:
    with server.client() as client:
        slate = client.recommend(
            "ann", placement="home", page_size=10, recommendation_id=name, timeout_s=20
        )
    return slate.item_ids


def test_another_name_draws_another_list(server):
    """So that the same list in all languages is no accident: here the policy really draws."""
    slates = {tuple(_slate(server, name)) for name in (NAME, *OTHER_NAMES)}
    assert len(slates) == 1 + len(OTHER_NAMES)
    assert all(len(slate) == 10 for slate in slates)


@pytest.mark.parametrize(
    "programs_of",
    [
        pytest.param(lambda folder: python_programs(), id="python"),
        pytest.param(lambda folder: node_programs(), id="node"),
        pytest.param(go_programs, id="go"),
        pytest.param(lambda folder: java_programs(), id="java"),
    ],
)
def test_the_same_name_draws_the_same_list_in_every_language(
    server, tmp_path, programs_of: Callable[..., Programs]
):
    programs, before = programs_of(tmp_path), _state(server)
    done = contract.shop(server, programs.shop, "ask", HEADWATER_RECOMMENDATION_ID=NAME)
    assert (done.returncode, done.stderr) == (0, "")
    [line] = done.stdout.splitlines()
    wanted = {"recommendation_id": NAME, "item_ids": _slate(server, NAME)}
    assert json.loads(line) == wanted
    assert _state(server) == before
