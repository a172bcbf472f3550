"""ListExportRows of a real server: what a caller downloads, with which key, and what is refused."""

from __future__ import annotations

import json

import grpc
import pytest
from pydantic import SecretStr

from headwater import AsyncClient, Event, Item, User
from headwater.v1 import export_service_pb2 as pb
from headwater.v1 import export_service_pb2_grpc as pb_grpc
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica
from tests.integration.waiting import PATIENCE_S

OWNER, EXPORTER, READER = "owner-key-012-4567x", "exporter-key-012-45", "reader-key-012-4567"
SETTINGS = ApiSettings(
    stop_grace_s=0,
    keys=SecretStr(f"{OWNER},{EXPORTER};scopes=export,{READER};scopes=read+experiments"),
)


async def rows(listen: str, key: str, table: str, **fields: object) -> tuple[str, int]:
    """Return the whole file, and of how many pages it is."""
    text, pages, token = "", 0, ""
    async with grpc.aio.insecure_channel(listen) as channel:
        stub = pb_grpc.ExportServiceStub(channel)
        while not pages or token:
            request = pb.ListExportRowsRequest(table=table, page_token=token, **fields)
            metadata = (("authorization", f"Bearer {key}"),)
            page = await stub.ListExportRows(request, metadata=metadata, timeout=PATIENCE_S)
            text, pages, token = text + page.text, pages + 1, page.next_page_token
    return text, pages


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


async def test_a_download_has_everything_but_the_erased_and_a_key_needs_the_scope(
    storage: Storage,
) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, SETTINGS) as listen,
        AsyncClient(listen, key=OWNER) as shop,
    ):
        await shop.upsert_items([Item("hat", title="Hat", features={"size": 3}), Item("shoe")])
        await shop.upsert_users([User("ann", features={"segment": "vip"})])
        for visitor in ("v1", "v2"):
            slate = await shop.recommend(visitor, page_size=2)
            token = slate.attribution_token
            seen = Event("impression", visitor, items=slate.item_ids, attribution_token=token)
            click = Event("click", visitor, items=["hat"], event_id=f"click-{visitor}")
            await shop.feedback([seen, click])
        await shop.erase_user(visitor_id="v1")
        await shop.feedback([Event("click", "v1", items=["hat"], event_id="click-later")])

        text, pages = await rows(listen, EXPORTER, "events", page_size=1)
        events = lines(text)
        assert pages >= len(events)
        clicks = [event["event_id"] for event in events if event["event_type"] == "click"]
        assert clicks == ["click-v2", "click-later"]
        shown = lines((await rows(listen, EXPORTER, "lists"))[0])
        assert {row["visitor_id"] for row in shown} == {"v2"}
        assert [row["slot"] for row in shown] == [1, 2]
        items = lines((await rows(listen, OWNER, "items"))[0])
        assert [item["item_id"] for item in items] == ["hat", "shoe"]
        assert (items[0]["title"], items[0]["size"]) == ("Hat", 3)
        assert lines((await rows(listen, OWNER, "users"))[0]) == [
            {"user_id": "ann", "segment": "vip"}
        ]
        csv, _ = await rows(listen, EXPORTER, "events", format="csv", page_size=1)
        assert len(csv.splitlines()) == 1 + len(events)

        for key, code in (
            ("nobody-knows-this-key", "UNAUTHENTICATED"),
            (READER, "PERMISSION_DENIED"),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await rows(listen, key, "events")
            assert refused.value.code().name == code
        async with AsyncClient(listen, key=EXPORTER) as exporter:
            with pytest.raises(Exception, match="scopes are export"):
                await exporter.recommend("v2")


@pytest.mark.parametrize(
    ("table", "fields", "says"),
    [
        ("", {}, "table must be one of events, items, users, lists"),
        ("orders", {}, "table must be one of"),
        ("events", {"format": "parquet"}, "format must be jsonl or csv"),
        ("items", {"format": "csv"}, "format items have features with names of their own"),
        ("events", {"page_size": -1}, "page_size must not be negative"),
    ],
)
async def test_what_cannot_be_is_refused_by_the_field(storage, table, fields, says) -> None:
    async with running_replica(storage) as replica, serving(replica) as listen:
        with pytest.raises(grpc.aio.AioRpcError, match=says) as refused:
            await rows(listen, "", table, **fields)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
