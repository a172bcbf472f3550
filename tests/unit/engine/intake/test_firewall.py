"""What cannot be learned from is named, with the field."""

import math

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.intake.firewall import judged, quarantine_reason
from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.settings import EngineSettings

ONE = (EventItem("a"),)
LONG = Slate("r", "best", "home", ("a",) * 60, (1.0,) * 60)
POISON = {
    "event_type": Event("e", "nonsense", "v", items=ONE),
    "items: a click": Event("e", "click", "v"),
    "items: 1001": Event("e", "click", "v", items=ONE * 1001),
    "items[0].item_id": Event("e", "click", "v", items=(EventItem("x" * 129),)),
    "items[0].quantity": Event("e", "click", "v", items=(EventItem("a", quantity=math.inf),)),
    "items[0].price": Event("e", "click", "v", items=(EventItem("a", price=math.nan),)),
    "value: not finite": Event("e", "click", "v", items=ONE, value=1e308),
    "value: a rating": Event("e", "rating", "v", items=ONE),
    "context": Event("e", "click", "v", items=ONE, context=(("k", math.nan),)),
    "context: 101": Event("e", "click", "v", items=ONE, context=(("k", 1.0),) * 101),
    "context['k']": Event("e", "click", "v", items=ONE, context=(("k", "x" * 2000),)),
    "context['']: name empty": Event("e", "click", "v", items=ONE, context=(("", 1.0),)),
    "items[0].currency_code": Event("e", "click", "v", items=(EventItem("a", 1, 1, "x" * 4),)),
    "position": Event("e", "click", "v", items=ONE, position=-1),
    "event_time": Event("e", "click", "v", items=ONE, event_time_ms=-(2**62)),
    "event_id: is empty": Event("", "click", "v", items=ONE),
    "visitor_id: longer": Event("e", "click", "é" * 65, items=ONE),
}


@pytest.mark.parametrize("field", POISON)
def test_poison_is_named(field):
    """The reason begins with the field that is at fault."""
    assert quarantine_reason(POISON[field], EngineSettings()).startswith(field)


def test_a_sound_event_passes():
    """Usual events, aliases and an impression by token alone are let through."""
    settings = EngineSettings()
    slate = Slate("r", "best", "", ("a",), (1.0,))
    for event in (
        Event("e", "view", "v", items=ONE),
        Event("e", "rating", "v", items=ONE, value=3.5),
        Event("e", "impression", "v", slate=slate),
        Event("e", "purchase", "v", items=ONE, value=-3.0),
    ):
        assert quarantine_reason(event, settings) == ""


@pytest.mark.parametrize(
    ("event", "most", "passes"),
    [
        (Event("e", "click", "v", items=ONE * 30, from_page=True), 30, True),
        (Event("e", "click", "v", items=ONE * 31, from_page=True), 30, False),
        (Event("e", "click", "v", items=ONE * 31, from_page=True, slate=LONG), 30, False),
        (Event("e", "impression", "v", items=ONE * 60, from_page=True, slate=LONG), 30, True),
        (Event("e", "impression", "v", items=ONE * 61, from_page=True, slate=LONG), 30, False),
        (Event("e", "click", "v", items=ONE * 1000, from_page=True), 0, True),
        (Event("e", "click", "v", items=ONE * 1000), 30, True),
    ],
)
def test_an_event_of_a_page_names_a_basketful(event, most, passes):
    """T2: more of them cost others their time; the reason names the setting."""
    reason = quarantine_reason(event, EngineSettings(page_event_items_max=most))
    assert (reason == "") == passes
    assert passes or "page_event_items_max" in reason


def test_a_type_of_the_shops_own_may_be_added():
    """A name that the reward table holds is learned from."""
    settings = EngineSettings(rewards={**EngineSettings().rewards, "wishlist": 0.4})
    assert quarantine_reason(Event("e", "wishlist", "v", items=ONE), settings) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [("CLICK", "write 'click'"), ("Purchase", "write 'purchase'"), ("LogOut", "write 'logout'")],
)
def test_a_type_in_capital_letters_is_not_taken_for_an_unknown_one(name, said):
    reason = quarantine_reason(Event("e", name, "v", items=ONE), EngineSettings())
    assert reason == f"event_type: {name!r} has no reward; {said}"


def test_an_unknown_type_is_answered_with_all_names_and_their_aliases():
    settings = EngineSettings(rewards={"click": 0.3, "wish": 0.4, "favorite": 0.5})
    reason = quarantine_reason(Event("e", "nonsense", "v", items=ONE), settings)
    assert reason.endswith("; known are click, favorite, like, logout, wish")


def test_what_was_judged_under_other_settings_is_judged_again(monkeypatch):
    """The engine believes a judgement only of the very settings that it has."""
    engine, seen = Engine(), []

    def judge(event, settings):
        seen.append(event.event_id)
        return quarantine_reason(event, settings)

    monkeypatch.setattr("headwater_server.engine.intake.firewall.quarantine_reason", judge)
    poison = Event("poison", "click", "v", items=ONE, position=-1)
    (outcome,) = engine.apply(Entry(1, (poison,), checked=EngineSettings()))
    assert outcome.status is Status.QUARANTINED
    engine.apply(Entry(2, (Event("sound", "click", "v", items=ONE),), checked=engine.settings))
    assert seen == ["poison"]


def test_an_entry_is_judged_as_each_of_its_events_is():
    """Events that are looked at together have the outcomes that they have one by one."""
    sound = [Event(f"e{n}", "click", f"v{n}", items=ONE) for n in range(8)]
    settings = EngineSettings()
    assert judged(Entry(1, tuple(sound)), settings).checked is settings
    for place in (0, 4, 8):
        for poison in POISON.values():
            entry = Entry(1, (*sound[:place], poison, *sound[place:]))
            assert judged(entry, settings).checked is None
            together = [one.status for one in Engine().apply(entry)]
            assert together.count(Status.QUARANTINED) == 1
            assert together[place] is Status.QUARANTINED


def test_an_entry_with_another_operation_is_not_judged_together():
    """Settings may change within it, under which the next event is judged."""
    strict = EngineSettings(rewards={"purchase": 1.0})
    clicks = tuple(Event(f"e{n}", "click", "v", items=ONE) for n in range(6))
    outcomes = Engine().apply(Entry(1, (*clicks[:5], SettingsChange(strict), clicks[5])))
    assert [one.status for one in outcomes[:5]] == [Status.CREATED] * 5
    assert outcomes[6].status is Status.QUARANTINED
