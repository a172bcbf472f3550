"""The text of a missing value is no id, at any way in."""

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.intake.placeholders import placeholder
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

PLACEHOLDERS = (
    "undefined", "Undefined", "null", "NULL", "None", "nil", "NaN", "nan", "-nan", "n/a", "#N/A",
    "(null)", "<nil>", "[null]", '"null"', "'undefined'", "(not set)", "Optional.empty",
    "undefined-undefined", "null_null", "sku-undefined", "undefined/12", "null null",
    "[object Object]", "[object HTMLDivElement]", "p-[object Object]",
    "<shop.Item object at 0x7f06e8>", "com.shop.Item@6d06d69c",
    "{{item.id}}", "{{ item.id }}", "sku-{{id}}", "${id}", "#{id}", "{% id %}", "<%= id %>",
    "{item_id}", "{0}", "{}", "[]", "()", '""', "%ID%", "%%ITEM_ID%%", "%s", "%d",
    " ", "\t", "\n", "\u00a0", "\u200b", " boots", "boots ", "boots\n", "\ufeffboots",
)  # fmt: skip
IDS = (
    "boots", "two words", "sku-1", "0", "-1", "1.5", "true", "none-such", "null-modem", "nano",
    "nancy", "nilfisk", "undefinedness", "NAN-2", "{3f2504e0-4f89-11d3-9a0c-0305e82c3301}",
    "ann@example.com", "a.b@example.com", "50%", "%E2%82%AC", "a<b", "[x]", "$5", "été", "無",
)  # fmt: skip


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_is_no_id(text):
    """Each is refused with a reason, and accepted where the shop says so."""
    assert placeholder(text)
    assert not placeholder(text, [text])


@pytest.mark.parametrize("text", IDS)
def test_an_id_is_an_id(text):
    """What shops use as ids passes, also where it resembles a placeholder."""
    assert not placeholder(text)


def test_a_persons_data_is_not_quoted():
    """Blanks around an id are reported without the id; of a template only the template."""
    assert "ann" not in placeholder(" ann@example.com")
    assert "ann" not in placeholder("ann@example.com {{ name }}")


@pytest.mark.parametrize("field", ["event_id", "visitor_id", "user_id", "items[1].item_id"])
def test_an_event_with_a_placeholder_is_quarantined(field):
    """The reason begins with the field and names the placeholder."""
    ids = {"event_id": "e", "visitor_id": "v", "user_id": "u", "items[1].item_id": "b"}
    ids[field] = "undefined"
    items = (EventItem("a"), EventItem(ids.pop("items[1].item_id")))
    outcome = Engine().apply(Entry(1, (Event(event_type="click", items=items, **ids),)))[0]
    assert outcome.status is Status.QUARANTINED
    assert outcome.detail.startswith(f"{field}: 'undefined'")


def test_what_is_undefined_is_in_no_list():
    """R10: ten items with four clicks each; twenty clicks on `undefined` teach nothing."""
    engine = Engine()
    engine.apply(Entry(1, tuple(ItemWrite(Item(f"i{n}")) for n in range(10))))
    clicks = [f"i{n % 10}" for n in range(40)] + ["undefined"] * 20
    events = (
        Event(f"e{n}", "click", f"v{n}", items=(EventItem(name),)) for n, name in enumerate(clicks)
    )
    statuses = [o.status for o in engine.apply(Entry(1, tuple(events)))]
    assert statuses == [Status.CREATED] * 40 + [Status.QUARANTINED] * 20
    listed = [r.item_id for r in engine.recommend(RecommendRequest("s", "r"), 2).results]
    trending = [s.item_id for s in engine.lookups.list_trending_items("", "", 20, "", 2)]
    assert "undefined" not in listed + trending
    assert len(listed) == 10


def test_a_shop_that_has_such_an_id_can_say_so():
    """The setting allowed_ids is the way out, exactly for the ids that it lists."""
    engine = Engine(EngineSettings(allowed_ids=("null",)))
    events = tuple(Event(n, "click", "v", items=(EventItem(n),)) for n in ("null", "Null"))
    statuses = [outcome.status for outcome in engine.apply(Entry(1, events))]
    assert statuses == [Status.CREATED, Status.QUARANTINED]
    assert EngineSettings.parse(engine.settings.canonical()) == engine.settings


def test_a_visitor_without_an_id_is_answered_as_a_stranger():
    """A page whose visitor is `undefined` still gets a list, with nobody's history."""
    engine = Engine()
    clicks = (Event(f"e{n}", "click", f"v{n}", items=(EventItem(f"i{n % 5}"),)) for n in range(30))
    engine.apply(Entry(1, tuple(clicks)))
    engine.apply(Entry(1, (Event("x", "dislike", "undefined", items=(EventItem("i1"),)),)))
    asked = [
        [r.item_id for r in engine.recommend(RecommendRequest(who, "r"), 2).results]
        for who in ("undefined", "a stranger")
    ]
    assert asked[0] == asked[1]
    assert asked[0]
