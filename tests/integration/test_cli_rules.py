"""`headwater rules` beside a server: what an editor writes, sees, undoes, and what is refused."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from headwater import AsyncClient, Event, Item
from headwater_server.cli.root import commands
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica

LAMP = {
    "name": "new lamp", "kind": "pin", "slot": 1, "item_ids": ["lamp-77"], "placements": ["home"],
}  # fmt: skip
TOML = """
[[rules]]
name = "chairs [sale]"
kind = "boost"
filter = 'tags: ANY("sale")'
times = 3
start = 2026-09-21T08:00:00Z

[[rules]]
name = "seen posters"
kind = "hide"
filter = 'categories: ANY("poster")'
event_types = ["view"]
days = 0
"""


@asynccontextmanager
async def shop(storage: Storage) -> AsyncIterator[tuple[str, AsyncClient]]:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        await client.upsert_items([Item(f"chair {n}") for n in range(9)] + [Item("lamp-77")])
        await client.feedback([Event("click", f"v{n % 3}", [f"chair {n % 9}"]) for n in range(27)])
        yield listen, client


async def rules(*arguments: str, listen: str = "") -> Result:
    target = ("--target", listen) if listen else ()
    environment = {"COLUMNS": "200"}
    asked = ["rules", *arguments, *target]
    return await asyncio.to_thread(CliRunner().invoke, commands, asked, env=environment)


async def names(client: AsyncClient) -> list[str]:
    return [rule.name async for rule in client.list_rules()]


async def test_an_editor_previews_writes_lists_and_undoes(storage: Storage) -> None:
    async with shop(storage) as (listen, client):
        empty = await rules("list", listen=listen)
        assert (empty.exit_code, "there are no rules" in empty.output) == (0, True)
        digest = (await client.get_model(compute_digest=True)).digest
        draft = json.dumps(LAMP)
        whom = ("--visitor", "v1", "--visitor", "v2", "--placement", "home", "--page-size", "5")
        seen = await rules("preview", draft, *whom, listen=listen)
        assert seen.exit_code == 0, seen.output
        assert re.search(r"visitor v2, home: \d items? moves?", seen.output)
        assert seen.output.count('pinned by "new lamp"') == 2
        assert (await client.get_model(compute_digest=True)).digest == digest
        put = await rules("put", draft, "--reason", "spring", "--revision", "0", listen=listen)
        assert put.exit_code == 0, put.output
        assert "slot 1: lamp-77" in put.output
        changed = json.dumps(LAMP | {"slot": 2, "item_ids": ["lamp-77", "unknown"]})
        again = await rules("put", changed, listen=listen)
        assert "warning: new lamp: item_ids: the catalogue does not have unknown" in again.output
        late = await rules("put", draft, "--revision", "1", listen=listen)
        assert (late.exit_code, "revision 2" in late.output) == (1, True)
        history = await rules("history", "new lamp", "--json", listen=listen)
        assert [one["revision"] for one in json.loads(history.output)] == [2, 1]
        assert "spring" in (await rules("history", listen=listen)).output
        back = await rules("restore", "new lamp", "1", listen=listen)
        assert (back.exit_code, "slot 1: lamp-77" in back.output) == (0, True)
        gone = await rules("delete", "new lamp", "--reason", "sold out", listen=listen)
        assert (gone.exit_code, "new lamp is deleted" in gone.output) == (0, True)
        none = await rules("restore", "new lamp", "0", listen=listen)
        assert "there is no rule new lamp now" in none.output
        assert await names(client) == []


async def test_rules_of_files_and_all_or_none(storage: Storage, tmp_path: Path) -> None:
    toml, single, many = (tmp_path / name for name in ("r.toml", "one.json", "many.json"))
    toml.write_text(TOML)
    single.write_text(json.dumps(LAMP))
    async with shop(storage) as (listen, client):
        put = await rules("put", f"@{toml}", listen=listen)
        assert put.exit_code == 0, put.output
        assert "chairs [sale]" in put.output
        assert "0 days after" in put.output
        assert (await rules("put", f"@{single}", listen=listen)).exit_code == 0
        listed = await rules("list", listen=listen)
        assert "chairs [sale]" in listed.output
        found = json.loads((await rules("list", "--json", listen=listen)).output)
        assert {one["name"] for one in found} == set(await names(client))
        bad = LAMP | {"name": "last", "slot": 0}
        assert (await rules("put", json.dumps([LAMP | {"slot": 3}, bad]), listen=listen)).exit_code
        caps = [{"name": f"c{n}", "kind": "cap", "field": "tags", "most": 1} for n in range(61)]
        boosts = [
            {"name": f"b{n}", "kind": "boost", "filter": "price < 5", "by": 1} for n in range(140)
        ]
        for whole, words in (
            (caps, "61 caps; 60 are the most"),
            (caps[:60] + boosts, "201 of them; 200 are the most"),
        ):
            many.write_text(json.dumps(whole))
            refused = await rules("put", f"@{many}", listen=listen)
            assert refused.exit_code != 0
            assert words in refused.output
        assert sorted(await names(client)) == ["chairs [sale]", "new lamp", "seen posters"]
        many.write_text(json.dumps(caps[:40]))
        assert (await rules("put", f"@{many}", listen=listen)).exit_code == 0
        assert len(await names(client)) == 43


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("{", "write JSON"),
        ("[" * 100_000, "write JSON"),
        ("[]", "there is no rule"),
        ("7", "a list of objects was expected"),
        ("[7]", "rules[0]: an object was expected"),
        ("@nowhere.json", "nowhere.json"),
        ("@nowhere.toml", "nowhere.toml"),
        ('{"kind": "pin"}', "name: 1 to 64 characters"),
        ('{"name": "a", "kind": "spin"}', "kind: one of pin"),
        ('{"name": "a", "kind": "pin", "slot": 1}', "item_ids or filter: is required"),
        ('{"name": "a", "kind": "pin", "slot": 1e9, "item_ids": ["x"]}', "slot: a whole number"),
        ('{"name": "a", "kind": "boost", "filter": "price <", "by": 1}', "filter: at character 8"),
        ('{"name": "a", "kind": "boost", "filter": "price < 5", "by": NaN}', "by: a number"),
        (
            f'{{"name": "a", "kind": "boost", "filter": "price < 5", "by": 1{"0" * 400}}}',
            "by: a number",
        ),
        ('{"name": "a", "kind": "diversity", "level": ["low"]}', "level: one of none"),
        ('{"name": "\\ud800", "kind": "cap", "field": "x", "most": 1}', "half a character"),
        ('{"name": "a", "kind": "cap", "field": "x", "most": 1, "fields": 2}', "no such field"),
        (
            '{"name": "a", "kind": "cap", "field": "x", "most": 1, "start": "2026-01-01T00:00"}',
            "with its zone",
        ),
        (
            (
                '{"name": "a", "kind": "diversity", "level": "low", "start": "2026-01-02T00:00Z", '
                '"end": "2026-01-01T00:00Z"}'
            ),
            "end: does not come after the start",
        ),
    ],
)
async def test_what_is_no_rule_is_refused_before_a_server_is_asked(given: str, words: str) -> None:
    refused = await rules("put", given, listen="127.0.0.1:1")
    assert (refused.exit_code, words in refused.output) == (2, True), refused.output
    assert "Traceback" not in refused.output


async def test_other_mistakes_name_the_flag(storage: Storage) -> None:
    assert "give --target" in (await rules("list")).output
    two = json.dumps([LAMP, LAMP | {"name": "other"}])
    assert "--revision is of one rule" in (await rules("put", two, "--revision", "1")).output
    at = ("--at", "2026-12-07T08:00:00")
    assert (
        "--at: write a time with its zone" in (await rules("preview", "--visitor", "v", *at)).output
    )
    async with shop(storage) as (listen, _):
        for asked, words in (
            (("delete", "never"), "never"),
            (("restore", "never", "1"), "never"),
            (("delete", "x" * 65), "has not 1 to 64 characters"),
            (("preview", "--visitor", ""), "visitor_id"),
        ):
            refused = await rules(*asked, listen=listen)
            assert (refused.exit_code, words in refused.output) == (1, True), refused.output
        whom = [part for n in range(21) for part in ("--visitor", f"v{n}")]
        many = await rules("preview", *whom, listen=listen)
        assert (many.exit_code, "at most 20" in many.output) == (1, True), many.output
        assert (await rules("preview", "--visitor", "v1", listen=listen)).exit_code == 0


async def test_the_history_of_a_rule_that_is_nowhere_is_an_error(storage: Storage) -> None:
    async with shop(storage) as (listen, _):
        await rules("put", json.dumps(LAMP), listen=listen)
        wrong = await rules("history", "new lapm", listen=listen)
        assert wrong.exit_code == 1
        assert "there is no rule new lapm; did you mean new lamp?" in wrong.output
        await rules("delete", "new lamp", listen=listen)
        assert (await rules("history", "new lamp", listen=listen)).exit_code == 0
        assert (await rules("history", listen=listen)).exit_code == 0
