"""Rules of editors through a real server and store: written, seen, undone, the same everywhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from headwater import (
    AbortedError,
    AsyncClient,
    AuditKind,
    Event,
    FailedPreconditionError,
    InvalidRequestError,
    Item,
    NotFoundError,
    PermissionDeniedError,
    Rule,
    RuleQuestion,
    RuleSource,
    RuleStatus,
)
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.replay.replay import Replay, asked_again
from headwater_server.evaluation.replay.shown import shown_in
from headwater_server.replica.ports.position import START
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import folded_digest, running_replica

LAMP = Rule(name="new lamp", kind="pin", slot=1, item_ids=("item 7",), placements=("home",))
OF_FILE = {"name": "two of all", "kind": "cap", "filter": 'categories: ANY("all")', "most": 2}
EDITOR, READER, OTHER = "editor-key-0123456", "reader-key-0123456", "other-key-01234567"
KEYS = ApiSettings(
    stop_grace_s=0,
    keys=SecretStr(
        f"{EDITOR};name=anna;scopes=rules+recommend+catalog+users+audit,"
        f"{READER};name=bert;scopes=read,{OTHER};scopes=recommend"
    ),
)


@asynccontextmanager
async def shop(
    storage: Storage, settings: ApiSettings | None = None, key: str = "", **options: Any
) -> AsyncIterator[AsyncClient]:
    async with (
        running_replica(storage, engine_type=Engine, **options) as replica,
        serving(replica, settings) as listen,
        AsyncClient(listen, key=key) as client,
    ):
        yield client


async def fill(client: AsyncClient) -> None:
    await client.upsert_items([Item(f"item {n}", categories=["all"]) for n in range(20)])
    await client.feedback([Event("click", f"v{n % 5}", [f"item {n % 19}"]) for n in range(60)])


async def first(client: AsyncClient, placement: str = "home", offset: str = "") -> str:
    answer = await client.recommend("v1", placement=placement, page_size=4, min_offset=offset)
    return answer.results[0].item_id


async def rules(client: AsyncClient) -> dict[str, Rule]:
    return {rule.name: rule async for rule in client.list_rules()}


async def test_an_editor_pins_sees_saves_and_undoes(storage: Storage) -> None:
    async with shop(storage) as client:
        await fill(client)
        before = (await client.get_model(compute_digest=True)).digest
        asked = [RuleQuestion(visitor_id=f"v{n}", placement="home", page_size=5) for n in range(3)]
        preview = await client.preview_rules([LAMP], questions=asked)
        assert [one.after[0].item_id for one in preview.lists] == ["item 7"] * 3
        assert all(one.before[0].item_id != "item 7" for one in preview.lists)
        assert {move.reason for one in preview.lists for move in one.moves if move.rules} == {
            'pinned by "new lamp"'
        }
        assert (await client.get_model(compute_digest=True)).digest == before
        saved = await client.upsert_rule(LAMP, revision=0, reason="spring")
        assert saved.rule is not None
        assert (saved.rule.revision, saved.rule.status) == (1, RuleStatus.ACTIVE)
        assert (saved.rule.source, saved.rule.reason) == (RuleSource.EDITOR, "spring")
        assert await first(client, offset=saved.offset) == "item 7"
        assert await first(client, placement="basket") != "item 7"
        [change] = [one async for one in client.list_rule_changes("new lamp")]
        assert (change.before, change.after and change.after.item_ids) == (None, ("item 7",))
        undone = await client.restore_rule("new lamp", change.previous_revision, revision=1)
        assert undone.rule is None
        assert await first(client, offset=undone.offset) != "item 7"
        assert await rules(client) == {}
        again = await client.restore_rule("new lamp", 1)
        assert again.rule is not None
        assert again.rule.item_ids == ("item 7",)
        newest = await anext(client.list_rule_changes())
        assert newest.restored_revision == 1


async def test_two_editors_do_not_overwrite_each_other(storage: Storage) -> None:
    async with shop(storage) as client:
        await fill(client)
        saved = await client.upsert_rule(LAMP, revision=0)
        repeated = await client.upsert_rule(LAMP, revision=0)
        assert saved.rule == repeated.rule
        other = replace(LAMP, slot=2)
        with pytest.raises(AbortedError, match=r"at revision 1 now.*read it again") as refused:
            await client.upsert_rule(other, revision=0)
        assert refused.value.conditions
        done = await asyncio.gather(
            *(client.upsert_rule(replace(LAMP, slot=n), revision=1) for n in range(2, 8)),
            return_exceptions=True,
        )
        assert sum(isinstance(one, AbortedError) for one in done) == len(done) - 1
        with pytest.raises(AbortedError):
            await client.delete_rule("new lamp", revision=1)
        assert (await client.upsert_rule(LAMP)).rule is not None  # without one: unconditional
        await client.delete_rule("new lamp")
        await client.delete_rule("new lamp")
        with pytest.raises(NotFoundError, match="never"):
            await client.delete_rule("never")
        with pytest.raises(NotFoundError):
            await client.restore_rule("new lamp", 77)


@pytest.mark.parametrize("snapshot_on_stop", [False, True])
async def test_a_restart_and_a_second_server_have_the_same_rules(
    storage: Storage, snapshot_on_stop: bool
) -> None:
    given = {
        "engine_settings": EngineSettings(rules=[OF_FILE]),
        "given": frozenset({"rules"}),
        "snapshot_on_stop": snapshot_on_stop,
    }
    async with shop(storage, **given) as client:
        await fill(client)
        await client.upsert_rule(LAMP)
        await client.upsert_rule(
            Rule(name="two of all", kind="cap", filter='categories: ANY("all")', most=3)
        )
        expected = await rules(client)
        model = await client.get_model(compute_digest=True)
    assert expected["two of all"].overrides_settings
    nothing: dict[str, Any] = {"given": frozenset[str]()}
    for options in (given, nothing):
        async with shop(storage, **options) as client:
            assert await rules(client) == expected
            assert (await client.get_model(compute_digest=True)).digest == model.digest
    assert await folded_digest(storage, Engine) == model.digest
    changed = {**given, "engine_settings": EngineSettings(rules=[OF_FILE | {"most": 1}])}
    async with shop(storage, **changed) as client:
        found = await rules(client)
        assert (found["two of all"].most, found["two of all"].revision) == (3, 2)
        warnings = (await client.list_settings_changes()).warnings
        assert any('rules "two of all"' in text and "editor" in text for text in warnings)
        back = await client.restore_rule("two of all", 0)
        assert back.rule is not None
        assert (back.rule.most, back.rule.source) == (1, RuleSource.SETTINGS)


async def test_a_deleted_rule_of_the_file_stays_deleted_until_it_is_restored(
    storage: Storage,
) -> None:
    options: dict[str, Any] = {
        "engine_settings": EngineSettings(rules=[OF_FILE]), "given": frozenset({"rules"}),
    }  # fmt: skip
    async with shop(storage, **options) as client:
        await fill(client)
        assert len((await client.recommend("v1", page_size=5)).results) == 2
        offset = await client.delete_rule("two of all")
        answer = await client.recommend("v1", page_size=5, min_offset=offset)
        assert len(answer.results) == 5
        assert (await rules(client))["two of all"].status is RuleStatus.DELETED
    async with shop(storage, **options) as client:
        assert len((await client.recommend("v1", page_size=5)).results) == 5
        assert (await client.restore_rule("two of all", 0)).rule is not None
        assert len((await client.recommend("v1", page_size=5)).results) == 2


async def test_lists_under_rules_are_the_same_when_they_are_asked_again(storage: Storage) -> None:
    async with shop(storage) as client:
        await fill(client)
        for n in range(30):
            if n % 5 == 2:
                await client.upsert_rule(replace(LAMP, item_ids=(f"item {n % 19}",)))
            if n % 5 == 4:
                await client.delete_rule("new lamp")
            answer = await client.recommend(f"v{n % 3}", placement="home", page_size=4)
            token = answer.attribution_token
            await client.feedback([Event("impression", f"v{n % 3}", attribution_token=token)])
    entries = [logged async for logged in storage.log.iterate(START)]
    shown = [one for logged in entries for one in shown_in(logged.entry.operations)]
    replay = Replay(storage.log, Engine(), START)
    found = [one async for one in asked_again(replay, shown)]
    assert (len(found), {one.is_same for one in found}) == (30, {True})


async def test_a_schedule_is_previewed_at_its_time_and_stays_listed(storage: Storage) -> None:
    now = datetime.now(UTC)
    week = timedelta(days=7)
    async with shop(storage) as client:
        await fill(client)
        later = replace(LAMP, start_time=now + week, end_time=now + 2 * week)
        asked = [RuleQuestion(visitor_id="v1", placement="home")]
        assert (await client.preview_rules([later], questions=asked)).lists[0].moves == ()
        then = now + week + timedelta(hours=1)
        preview = await client.preview_rules([later], questions=asked, preview_time=then)
        assert preview.lists[0].after[0].item_id == "item 7"
        saved = await client.upsert_rule(later)
        past = await client.upsert_rule(replace(LAMP, name="past", end_time=now - week))
        assert saved.rule is not None
        assert past.rule is not None
        assert (saved.rule.status, past.rule.status) == (RuleStatus.SCHEDULED, RuleStatus.EXPIRED)
        assert saved.rule.start_time is not None
        assert abs(saved.rule.start_time - now - week) < timedelta(milliseconds=1)
        assert await first(client) != "item 7"
        assert set(await rules(client)) == {"new lamp", "past"}


async def test_what_nobody_knows_is_warned_of_and_what_is_malformed_is_refused(
    storage: Storage,
) -> None:
    async with shop(storage) as client:
        await fill(client)
        answer = await client.upsert_rule(replace(LAMP, item_ids=("nothing",)))
        assert answer.rule is not None
        assert answer.rule.warnings == (
            "item_ids: the catalogue does not have nothing",
            "placements: no list was seen at home yet",
        )
        boost = Rule(name="b", kind="boost", filter="price <", by=1)
        with pytest.raises(InvalidRequestError) as refused:
            await client.upsert_rule(boost)
        assert refused.value.field == "rule.filter"
        with pytest.raises(InvalidRequestError) as refused:
            await client.preview_rules([LAMP, replace(LAMP, name="x", slot=101)])
        assert refused.value.field == "drafts[1].pin.slot"
        caps = [Rule(name=f"c{n}", kind="cap", field="tags", most=1) for n in range(61)]
        for cap in caps[:60]:
            await client.upsert_rule(cap)
        with pytest.raises(FailedPreconditionError, match="61 caps; 60 are the most"):
            await client.upsert_rule(caps[60])
        assert "c60" not in await rules(client)


async def test_keys_and_the_audit_log(storage: Storage) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=EDITOR) as editor,
        AsyncClient(listen, key=READER) as reader,
        AsyncClient(listen, key=OTHER) as other,
    ):
        await editor.upsert_items([Item(f"item {n}") for n in range(9)])
        saved = await editor.upsert_rule(LAMP, reason="spring")
        assert saved.rule is not None
        assert saved.rule.who == "anna"
        assert set(await rules(reader)) == {"new lamp"}
        assert (await reader.preview_rules([LAMP])).drafts
        for client, call in ((reader, reader.delete_rule("new lamp")), (other, rules(other))):
            with pytest.raises(PermissionDeniedError):
                await call
            assert client
        await editor.delete_items(["item 3", "item 4"])
        await editor.erase_user(visitor_id="a-person")
        entries = [one async for one in reader.list_audit_entries()]
        named = [(one.kind, one.who, one.action, one.count) for one in entries]
        assert named[:3] == [
            (AuditKind.ERASURE, "anna", "erased", 1),
            (AuditKind.DELETION, "anna", "deleted", 2),
            (AuditKind.RULE, "anna", "written", 1),
        ]
        assert "a-person" not in repr(entries)
        [rule] = [one async for one in reader.list_audit_entries([AuditKind.RULE])]
        assert (rule.subject, rule.reason) == ("new lamp", "spring")
        assert [one async for one in reader.list_audit_entries(who="nobody")] == []
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=READER) as reader,
    ):
        again = [one async for one in reader.list_audit_entries()]
        assert [one for one in again if one.kind is not AuditKind.BUILD] == [
            one for one in entries if one.kind is not AuditKind.BUILD
        ]
