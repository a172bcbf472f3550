"""A file of items: which column means what, and what is refused."""

from __future__ import annotations

import pytest

from headwater_server.evaluation.item_file import read_items
from headwater_server.reading.problems import BadFile


def test_columns_with_a_meaning_find_their_fields(write):
    path = write("1,Toy Story,Comedy|Children,2.5", header="item_id,title,genres,median_price")
    item = read_items(path)[0].item
    assert (item.item_id, item.title, item.price) == ("1", "Toy Story", 2.5)
    assert item.categories == ("Comedy", "Children")


def test_other_columns_are_numbers_if_all_of_the_column_is(write):
    path = write("1,3,3", "2,4.5,x", "3,,", header="item_id,size,colour")
    features = [write_.item.features for write_ in read_items(path)]
    assert features == [(("colour", "3"), ("size", 3.0)), (("colour", "x"), ("size", 4.5)), ()]


def test_a_description_beside_a_title_is_a_feature(write):
    item = read_items(write("1,Mug,Blue mug", header="item_id,title,description"))[0].item
    assert item.title == "Mug"
    assert item.features == (("description", "Blue mug"),)


def test_commas_and_newlines_in_quotes_belong_to_the_text(write):
    item = read_items(write('1,"a, b\nc"', header="item_id,title"))[0].item
    assert item.title == "a, b\nc"


@pytest.mark.parametrize(
    ("row", "column"),
    [("1,x,2", "item_id"), (",x,2", "item_id"), ("2,x,cheap", "price"), ("2,x,-1", "price")],
)
def test_each_problem_names_its_line_and_column(write, row, column):
    with pytest.raises(BadFile) as caught:
        read_items(write("1,x,2", row, header="item_id,title,price"))
    assert [(p.line, p.column) for p in caught.value.problems] == [(3, column)]
