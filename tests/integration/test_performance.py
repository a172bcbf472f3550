"""GetPerformance of a real server: the figures equal a recount of what it exports, exactly.

After a restart with and without a snapshot, at a second server, and of a log that is read again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import grpc
import pytest

import headwater
from headwater import AsyncClient, Event, EventItem, Item, PerformanceQuestion
from headwater.v1 import export_service_pb2 as pb
from headwater.v1 import export_service_pb2_grpc as pb_grpc
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S
from tests.unit.engine.figures.recount import Act, Report, facts_of, grouped, money

WINDOW_MS = 30 * 60_000
NAMES = {"day": "day", "placement": "placement", "policy": "policy", "item": "item_id"}
GROUPINGS = ((), ("day",), ("placement",), ("policy",), ("placement", "policy", "item"), ("item",))


async def shopped(shop: AsyncClient) -> None:
    """Let visitors see lists at two placements, click, and buy; some of it twice or wrongly."""
    await shop.upsert_items([Item(f"i{n}", price=5.0 + n, currency_code="EUR") for n in range(9)])
    for n in range(12):
        visitor, user = f"v{n}", "ann" if n % 5 == 0 else ""
        place = "home" if n % 2 else "basket"
        slate = await shop.recommend(visitor, user_id=user, placement=place, page_size=4)
        by = {"user_id": user, "attribution_token": slate.attribution_token}
        seen = slate.item_ids[: 1 + n % 4]
        events = [Event("impression", visitor, items=seen, **by)]
        if n % 3 == 0:
            events += [Event("click", visitor, items=[seen[0]], **by)]
            events += [Event("view", visitor, user_id=user, items=[seen[0]])]
        if n % 4 == 0:
            bought = [EventItem(seen[-1], 2, 19.99, "EUR"), EventItem("i8", 1.5, 700, "JPY")]
            events += [Event("order", visitor, user_id=user, items=bought)]
        await shop.feedback(events)
        again = await shop.feedback(events)  # a retry counts nothing twice
        assert {one.status.value for one in again.results} == {"exists"}
    wrong = Event("order", "v1", items=[EventItem("i1", 1, float("nan"), "EUR")])
    assert (await shop.feedback([wrong])).results[0].status.value == "quarantined"


async def exported(listen: str, table: str) -> list[dict]:
    text, token, is_first = "", "", True
    async with grpc.aio.insecure_channel(listen) as channel:
        stub = pb_grpc.ExportServiceStub(channel)
        while is_first or token:
            request = pb.ListExportRowsRequest(table=table, page_token=token)
            page = await stub.ListExportRows(request, timeout=PATIENCE_S)
            text, token, is_first = text + page.text, page.next_page_token, False
    return [json.loads(line) for line in text.splitlines()]


async def recounted(listen: str):
    """Return the facts of the export's two tables, read in the order of the log."""
    lists = await exported(listen, "lists")
    whole, reports = {}, {}
    for row in lists:
        where = row["recommendation_id"], row.get("placement") or "", row["policy"]
        reports.setdefault(row["event_id"], (row, where, []))[2].append(row)
        slots = whole.get(row["recommendation_id"], Report(0, "", *where, ())).item_ids
        if row["item_id"] not in slots:
            slots = (*slots, row["item_id"])
        whole[row["recommendation_id"]] = Report(0, "", *where, slots)
    records, known, acts = [], set(), {}
    for row in await exported(listen, "events"):
        if any(row.get(name) == "NaN" for name in ("price",)) or row["event_id"] in known:
            continue  # quarantined
        acts.setdefault(row["event_id"], []).append(row)
    for event_id, rows in acts.items():
        first = rows[0]
        profile = f"u{first['user_id']}" if first.get("user_id") else f"v{first['visitor_id']}"
        time_ms = round(first["log_time"] * 1000)
        if first["event_type"] == "impression":
            row, where, slots = reports[event_id]
            seen = list(dict.fromkeys(slot["item_id"] for slot in slots if slot["seen"]))
            records.append(Report(time_ms, profile, *where, tuple(seen)))
            continue
        lines = [
            (r["item_id"], r["quantity"], r.get("price"), r.get("currency_code") or "")
            for r in distinct(rows)
        ]
        of = first.get("recommendation_id") or ""
        records.append(Act(time_ms, profile, event_id, first["event_type"], tuple(lines), of))
    return facts_of(records, WINDOW_MS, whole)


def distinct(rows: list[dict]) -> list[dict]:
    """Return the rows of one event; a retry is on the log, and in the export, once more."""
    return [row for row in rows if row["offset"] == rows[0]["offset"]]


def plain(row: headwater.PerformanceRow, names) -> dict:
    figures = row.figures
    found = {name: getattr(figures, name) for name in names if name != "revenue"}
    found["units"] = round(figures.units * 1e6)
    return found | {"revenue": {one.currency_code: one.amount_micros for one in figures.revenue}}


async def check(listen: str) -> headwater.Performance:
    facts = await recounted(listen)
    counts = ("impressions", "clicks", "orders", "units", "revenue")
    async with AsyncClient(listen) as shop:
        for by in GROUPINGS:
            names = counts if "item" in by else (*counts, "lists", "visitors", "buyers")
            found = await shop.get_performance(PerformanceQuestion(group_by=by))
            rows = {key_of(row, by): plain(row, names) for row in found.rows}
            expected = grouped(facts, tuple(NAMES[name] for name in by))
            assert rows == {k: {n: v[n] for n in names} for k, v in expected.items()}, by
        total = await shop.get_performance()
    lines = [fact for fact in facts if fact.what == "line"]
    assert total.shop.orders == len({fact.of for fact in lines})
    shop_money = {one.currency_code: one.amount_micros for one in total.shop.revenue}
    assert shop_money == money(lines)
    return total


def key_of(row: headwater.PerformanceRow, by) -> tuple:
    """Return the key of a row as `grouped` has it: days by their number."""
    names = {"day": row.day and (row.day - datetime(1970, 1, 1, tzinfo=UTC)).days,
             "placement": row.placement, "policy": row.policy, "item": row.item_id}  # fmt: skip
    return tuple(names[name] for name in by)


async def test_the_figures_equal_a_recount_after_restarts_and_everywhere(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica, serving(replica) as listen:
        async with AsyncClient(listen) as shop:
            await shopped(shop)
            digest = (await shop.get_model(compute_digest=True)).digest
        first = await check(listen)
        assert first.total.figures.clicks
        assert first.total.figures.buyers
        async with (
            running_replica(storage, engine_type=Engine) as second,  # reads the whole log
            serving(second) as beside,
        ):
            assert (await check(beside)).total == first.total
        assert digest == await folded_digest(storage, Engine)  # a rebuild
    async with running_replica(storage, engine_type=Engine) as again, serving(again) as listen:
        assert (await check(listen)).total == first.total
        async with AsyncClient(listen) as shop:
            assert (await shop.get_model(compute_digest=True)).digest == digest


async def test_periods_names_and_pages(storage: Storage) -> None:
    now = datetime.now(UTC)
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as shop,
    ):
        empty = await shop.get_performance(PerformanceQuestion(group_by=["placement"]))
        assert (empty.rows, empty.first_day, empty.total.figures.visitors) == ((), None, 0)
        await shopped(shop)
        long_ago = now - timedelta(days=90)
        before = PerformanceQuestion(long_ago, long_ago + timedelta(days=7), group_by=["day"])
        assert (await shop.get_performance(before)).rows == ()
        compared = PerformanceQuestion(
            now, now + timedelta(days=1), now - timedelta(days=3), now - timedelta(days=2),
            group_by=["placement"],
        )  # fmt: skip
        found = await shop.get_performance(compared)
        assert found.total.compared is not None
        assert found.total.compared.visitors == 0
        assert {row.placement for row in found.rows} == {"home", "basket"}
        for wrong, words in (
            (PerformanceQuestion(now, now - timedelta(days=2)), "start_time is not before"),
            (PerformanceQuestion(compare_start_time=now), "compare_end_time is required"),
            (PerformanceQuestion(group_by=["items"]), r"group_by\[0\] names 'items'"),
        ):
            with pytest.raises(headwater.InvalidRequestError, match=words):
                await shop.get_performance(wrong)
        for wrong, words in (
            (PerformanceQuestion(placement="hom"), "placement 'hom'"),
            (PerformanceQuestion(policy="nobody's"), "policy"),
        ):
            with pytest.raises(headwater.NotFoundError, match=words):
                await shop.get_performance(wrong)
        home = await shop.get_performance(PerformanceQuestion(placement="home"))
        (row,) = (row for row in found.rows if row.placement == "home")
        assert home.total.figures == row.figures


async def test_the_days_of_a_new_shop_are_the_present_ones(storage: Storage) -> None:
    """Before its first event; they were those of 1970."""
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        await client.upsert_items([Item("a")], timeout_s=PATIENCE_S)
        found = await client.get_performance(timeout_s=PATIENCE_S)
        assert not found.rows
        now = datetime.now(UTC)
        assert now - timedelta(days=1) < found.end_time <= now + timedelta(days=1)
        assert found.end_time - found.start_time == timedelta(days=28)
