"""The text of a missing value in the column of groups, in a file of items."""

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.asked import Asked
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import read_shop
from headwater_server.reading.session import Session


def groups(tmp_path, cell, allowed=()):
    path = tmp_path / "items.csv"
    path.write_text(f"item_id,title,group_id\na,A,{cell}\nb,B,\n")
    with Session() as session:
        settings = EngineSettings(allowed_ids=allowed)
        shop = read_shop(Asked(items=(path,)), settings, 1_800_000_000_000, session)
        return [write.item.group_id for write in shop.items]


def test_it_is_refused_with_line_and_column(tmp_path):
    with pytest.raises(BadFile) as refused:
        groups(tmp_path, "undefined")
    assert "line 2, column group_id: 'undefined' is the text of a missing" in str(refused.value)


def test_a_group_an_empty_cell_and_an_allowed_id_are_read(tmp_path):
    assert groups(tmp_path, "shirts") == ["shirts", ""]
    assert groups(tmp_path, "undefined", ("undefined",)) == ["undefined", ""]
