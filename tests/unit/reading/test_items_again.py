"""An item that comes again: equal rows are one, others are refused or the last one counts."""

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.asked import Asked
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import read_shop
from headwater_server.reading.session import Session

HEADER = "item_id,title,price\n"


def read(tmp_path, *files, keep_last=False):
    paths = []
    for number, rows in enumerate(files):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text(HEADER + "".join(f"{row}\n" for row in rows))
    asked = Asked(items=tuple(paths), options=MappingOptions(keep_last=keep_last))
    with Session() as session:
        shop = read_shop(asked, EngineSettings(), 1_800_000_000_000, session)
        return {w.item.item_id: w.item.price for w in shop.items}, "\n".join(shop.report.lines())


@pytest.mark.parametrize("files", [[["a,A,1", "b,B,2", "a,A,1"]], [["a,A,1"], ["b,B,2", "a,A,1"]]])
@pytest.mark.parametrize("keep_last", [False, True])
def test_equal_rows_are_one_item(tmp_path, files, keep_last):
    items, report = read(tmp_path, *files, keep_last=keep_last)
    assert items == {"a": 1.0, "b": 2.0}
    assert "1 rows repeat an item with equal values" in report
    assert "2 items described" in report


@pytest.mark.parametrize("files", [[["a,A,1", "b,B,2", "a,A,3"]], [["a,A,1"], ["b,B,2", "a,A,3"]]])
def test_other_values_are_refused_or_the_last_row_counts(tmp_path, files):
    with pytest.raises(BadFile) as refused:
        read(tmp_path, *files)
    assert "column item_id: this item is in" in str(refused.value)
    assert "--keep-last takes the last row of each item" in str(refused.value)
    items, report = read(tmp_path, *files, keep_last=True)
    assert items == {"a": 3.0, "b": 2.0}
    assert "1 rows replace an earlier row of their item (--keep-last)" in report
    assert "2 items described" in report
