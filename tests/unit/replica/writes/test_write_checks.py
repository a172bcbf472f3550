"""An item that could never be shown is refused by every way in: calls, files and sources."""

import pytest

from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import InvalidRequest
from headwater_server.reading.items.limits import item_problems
from headwater_server.replica.writes.source_batches import _problem
from headwater_server.replica.writes.write_checks import check_items

NEVER = Item("tent", publish_time_ms=2_000, expire_time_ms=1_000)
BOTH = ("publish_time_ms", "expire_time_ms")


@pytest.mark.parametrize("fields", [(), BOTH])
def test_a_call_with_it_is_refused_as_a_whole(fields):
    writes = (ItemWrite(Item("pan")), ItemWrite(NEVER, fields))
    with pytest.raises(InvalidRequest) as refused:
        check_items(writes, EngineSettings())
    assert refused.value.field == "writes[1].item.expire_time"
    assert "before publish_time" in str(refused.value)


def test_files_and_sources_have_the_same_rule():
    ((column, reason),) = item_problems(NEVER)
    assert (column, reason.split(",")[0]) == ("expire_time", "lies before publish_time")
    assert _problem(ItemWrite(NEVER), ()).startswith("expire_time: lies before publish_time")


NO_GROUP = Item("tent", group_id="undefined")


def test_the_text_of_a_missing_value_is_no_group_in_calls_and_sources():
    """It would make one product of all that have none, and lists would have one of them."""
    with pytest.raises(InvalidRequest) as refused:
        check_items((ItemWrite(Item("pan")), ItemWrite(NO_GROUP)), EngineSettings())
    assert refused.value.field == "writes[1].item.group_id"
    assert "'undefined' is the text of a missing value" in str(refused.value)
    assert _problem(ItemWrite(NO_GROUP), ()).startswith("group_id: 'undefined' is the text")
    check_items((ItemWrite(NO_GROUP, ("title",)),), EngineSettings())  # it is not written
    check_items((ItemWrite(NO_GROUP),), EngineSettings(allowed_ids=("undefined",)))


@pytest.mark.parametrize(
    "write",
    [
        ItemWrite(Item("tent", publish_time_ms=1_000, expire_time_ms=2_000)),
        ItemWrite(Item("tent", publish_time_ms=2_000)),
        ItemWrite(Item("tent", expire_time_ms=1)),
        ItemWrite(NEVER, ("expire_time_ms",)),  # what the catalogue has decides
        ItemWrite(NEVER, ("title",)),
    ],
)
def test_whatever_may_be_shown_passes(write):
    check_items((write,), EngineSettings())
    assert _problem(write, ()) == ""
