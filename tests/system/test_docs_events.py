"""The examples of docs/events.md, run as they stand against a live server."""

from __future__ import annotations

import re
from pathlib import Path

import grpc
import pytest
from google.protobuf import json_format

from headwater import AsyncClient, Item
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.engine.setting_values.event_types import ALIASES, DEFAULT_REWARDS
from tests.integration.waiting import PATIENCE_S

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
ADDRESS = "127.0.0.1:50051"


def examples(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
async def server(tmp_path):
    process = ServerProcess(tmp_path / "data")
    await process.start()
    yield process
    await process.stop()


async def test_every_example_works(server):
    assert len(examples("python")) == 6
    async with AsyncClient(server.address) as client:
        await client.upsert_items([Item(name) for name in ("boots", "socks", "tent", "map")])
    for program in examples("python"):
        exec(compile(program.replace(ADDRESS, server.address), "docs/events.md", "exec"), {})
    async with grpc.aio.insecure_channel(server.address) as channel:
        stub = pb_grpc.FeedbackServiceStub(channel)
        for text in examples("json"):
            answer = await stub.Feedback(
                json_format.Parse(text, pb.FeedbackRequest()), timeout=PATIENCE_S
            )
            assert {result.status for result in answer.results} == {1}, answer


def test_every_type_alias_and_field_stands_there():
    names = {*DEFAULT_REWARDS, *ALIASES, *pb.DESCRIPTOR.pool.FindMessageTypeByName(
        "headwater.v1.Event").fields_by_name}  # fmt: skip
    assert [name for name in names if f"`{name}`" not in PAGE] == []
    for name, reward in DEFAULT_REWARDS.items():
        row = re.search(rf"^\| `{name}` \|.*$", PAGE, re.MULTILINE)
        assert f"| {reward:g} " in row[0].replace("1.0 |", "1 |"), name
