"""What docs/filters.md says is so: its example runs, and each condition in its tables parses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headwater.v1 import item_pb2
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.engine.catalogue import filters
from headwater_server.engine.catalogue.fields.item_values import ITEM_FIELDS

PAGE = (Path(__file__).parents[2] / "docs" / "filters.md").read_text(encoding="utf-8")


async def test_the_example_runs(tmp_path):
    server = ServerProcess(tmp_path / "data")
    await server.start()
    try:
        [program] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
        program = program.replace("127.0.0.1:50051", server.address)
        exec(compile(program, "docs/filters.md", "exec"), {})
    finally:
        await server.stop()


def conditions():
    """Return what the first column of the table of conditions has."""
    rows = (
        PAGE[PAGE.index("| condition |") : PAGE.index("- An item without")].strip().splitlines()[2:]
    )
    return [text for row in rows for text in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.mark.parametrize("text", conditions())
def test_each_condition_parses(text):
    assert filters.parse(re.sub(r"\b[cd]\b(?!:)", "price < 2", text))


def test_each_field_of_an_item_is_in_the_table():
    fields = [name for name in item_pb2.Item.DESCRIPTOR.fields_by_name if name != "features"]
    assert sorted(fields) == sorted(ITEM_FIELDS)
    table = PAGE[PAGE.index("## Fields") : PAGE.index("## Conditions")]
    assert [name for name in fields if f"`{name}`" not in table] == []
    for limit in (filters.CHARS_MAX, filters.WORDS_MAX):
        assert f"{limit:,}" in PAGE
