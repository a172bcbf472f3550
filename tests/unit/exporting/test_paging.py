"""Pages of an export: together they are the whole, whatever their size, at whichever server."""

from __future__ import annotations

import json

import pytest

from headwater_server.engine.messages.entries import Item, UserErase, UserWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.errors import InvalidRequest
from headwater_server.exporting.paging import Answer, Exports, Question
from tests.integration.dict_log import DictDescribed, DictLog

EVENTS = [
    Event(f"e{n}", "click", f"v{n % 3}", items=tuple(EventItem(f"i{m}") for m in range(1 + n % 4)))
    for n in range(40)
]
OPERATIONS = [*EVENTS[:20], UserErase(visitor_ids=("v1",)), *EVENTS[20:]]
ITEMS = {f"i{n}": Item(f"i{n}", title=f"Item {n}") for n in range(25)}
USERS = {f"u{n}": UserWrite(f"u{n}", (("age", float(n)),) if n % 2 else ()) for n in range(9)}
BYTES = 1_000_000


def exports(operations=OPERATIONS, now_s=lambda: 0.0) -> Exports:
    state = DictDescribed(ITEMS, USERS)
    return Exports(DictLog(lambda: operations), lambda: state, now_s)


async def all_pages(
    table: str, form: str = "jsonl", size: int = 7, bytes_max: int = BYTES, servers=None
) -> list[Answer]:
    servers = servers or [exports()]
    pages, token = [], ""
    while not pages or token:
        server = servers[len(pages) % len(servers)]
        page = await server.page(Question(table, form, size, token, bytes_max))
        pages.append(page)
        token = page.token
        assert len(pages) < 1000
    return pages


def text_of(pages: list[Answer]) -> str:
    return "".join(page.text for page in pages)


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_pages_of_any_size_are_one_file(size, form) -> None:
    whole = text_of(await all_pages("events", form, 1000))
    pages = await all_pages("events", form, size)
    assert text_of(pages) == whole
    assert all(page.rows <= size for page in pages)
    lines = whole.splitlines()
    assert len(lines) == sum(page.rows for page in pages) + (form == "csv")
    assert pages[-1].done == pages[-1].total


async def test_erased_visitors_are_left_out_before_their_erasure_only() -> None:
    ids = {json.loads(line)["event_id"] for line in text_of(await all_pages("events")).splitlines()}
    erased = {event.event_id for event in EVENTS[:20] if event.visitor_id == "v1"}
    assert erased
    assert ids == {event.event_id for event in EVENTS} - erased


async def test_another_server_continues_and_finds_the_erasures_itself() -> None:
    whole = text_of(await all_pages("events"))
    assert text_of(await all_pages("events", servers=[exports(), exports(), exports()])) == whole


async def test_looking_for_erasures_takes_several_calls_if_the_log_is_long() -> None:
    clock = iter(range(10**6))
    slow = exports(now_s=lambda: next(clock) / 4)
    pages = await all_pages("events", servers=[slow])
    assert [page.rows for page in pages[:3]] == [0, 0, 0]
    assert pages[0].done < pages[1].done < pages[2].done < pages[0].total
    assert text_of(pages) == text_of(await all_pages("events"))


async def test_a_page_ends_before_it_is_too_large_and_has_at_least_one_row() -> None:
    pages = await all_pages("events", size=1000, bytes_max=500)
    assert text_of(pages) == text_of(await all_pages("events"))
    assert all(len(page.text) <= 500 for page in pages)
    tiny = await all_pages("events", size=1000, bytes_max=1)
    assert {page.rows for page in tiny} <= {0, 1}


async def test_what_comes_after_the_first_page_is_not_in_this_export() -> None:
    operations = list(OPERATIONS)
    server = exports(operations)
    first = await server.page(Question("events", "jsonl", 1000, "", BYTES))
    small = await server.page(Question("events", "jsonl", 2, "", BYTES))
    operations += [Event("late", "click", "v9", items=(EventItem("i"),))]
    token, text = small.token, small.text
    while token:
        page = await server.page(Question("events", "jsonl", 50, token, BYTES))
        token, text = page.token, text + page.text
    assert text == first.text
    assert "late" not in text


@pytest.mark.parametrize(("table", "count"), [("items", 25), ("users", 4)])
async def test_items_and_users_come_page_by_page(table, count) -> None:
    pages = await all_pages(table, size=3)
    lines = [json.loads(line) for line in text_of(pages).splitlines()]
    assert len(lines) == len({next(iter(line.values())) for line in lines}) == count
    assert text_of(pages) == text_of(await all_pages(table, size=1000))


async def test_an_empty_log_has_one_empty_page() -> None:
    pages = await all_pages("events", servers=[exports([])])
    assert [(page.text, page.token) for page in pages] == [("", "")]
    (csv,) = await all_pages("lists", "csv", servers=[exports([])])
    assert csv.text.startswith("timestamp,event_id,")


@pytest.mark.parametrize("token", ["x", "é", "W10", "bnVsbA", "WyJldmVudHMiXQ", "A" * 5000])
async def test_a_token_of_nobody_is_refused(token) -> None:
    with pytest.raises(InvalidRequest, match="page_token is not a token of this service"):
        await exports().page(Question("events", "jsonl", 5, token, BYTES))


async def test_a_token_of_another_table_is_refused() -> None:
    page = await exports().page(Question("events", "jsonl", 2, "", BYTES))
    for table, form in (("lists", "jsonl"), ("events", "csv"), ("items", "jsonl")):
        with pytest.raises(InvalidRequest, match="belongs to another table or format"):
            await exports().page(Question(table, form, 2, page.token, BYTES))
