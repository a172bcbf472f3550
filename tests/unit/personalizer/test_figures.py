"""Figures are a fold over the log: equal from any checkpoint, and each choice counts once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from headwater_server.engine.messages.events import Choice, Event, EventItem, Slate
from headwater_server.personalizer.choosing import Before, Slot, draw
from headwater_server.personalizer.figures import reading
from headwater_server.personalizer.figures.fold import GRACE_MS, Figures
from headwater_server.personalizer.figures.reading import FigureReader
from headwater_server.personalizer.figures.report import as_json
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.replica.ports.position import Position
from headwater_server.storage.codecs.stored_entry import key_of

WAIT_MS = 1_000
SLATE = Slate("r1", "best", "home", ("tea",), (1.0,))
SETTINGS = PersonalizerSettings(personalizer_mode="apprentice", personalizer_share=0.2)


@dataclass
class Entry:
    """A complete entry, as `StoredEntry` gives it."""

    position: Position
    time_ms: int
    events: list[Event]

    def chosen(self, open_keys: Any) -> Iterator[Event]:
        return (one for one in self.events if one.choice or key_of(one) in open_keys)


def _log(count: int, *, seed: int = 1, share: float = 0.2) -> Iterator[Entry]:
    """Yield entries in which cake is rewarded more often than the baseline tea."""
    random, sequence = np.random.default_rng(seed), 0

    def entry(time_ms: int, *events: Event) -> Entry:
        nonlocal sequence
        sequence += 1
        return Entry(Position(f"{time_ms}-0", sequence), time_ms, list(events))

    for number in range(count):
        chances = {"tea": 0.2, "cake": 0.8}
        policy = str(random.choice(list(chances), p=list(chances.values())))
        event_id = f"shop {seed}:{number}"
        drawn = draw(Slot("tea", policy, chances), event_id, "apprentice", share, Before(), WAIT_MS)
        choice = Choice(**{
            name: getattr(drawn.choice, name) for name in Choice.__dataclass_fields__
        })  # fmt: skip
        items, now_ms = (EventItem(drawn.action),), number * 500
        yield entry(
            now_ms, Event(f"{event_id}:seen", "impression", "v", items=items, choice=choice)
        )
        if random.random() < (0.6 if drawn.action == "cake" else 0.2):
            act = Event(f"{event_id}:reward", "rating", "v", items=items, value=5.0)
            yield entry(now_ms + 100, act)
    yield entry(count * 500 + WAIT_MS + GRACE_MS)


def _figures(entries: list[Entry]) -> Figures:
    figures = Figures()
    for entry in entries:
        figures.take(entry)
    return figures


def test_values_hold_the_truth_and_the_better_policy_is_ready() -> None:
    found = as_json(_figures([*_log(4_000)]), SETTINGS)
    values = found["groups"][0]["values"]
    for name, truth in {"policy": 0.52, "baseline": 0.2, "random": 0.4}.items():
        assert values[name]["low"] < truth < values[name]["high"]
        assert values[name]["value"] == pytest.approx(truth, abs=0.06)
    assert found["ready"]
    assert "Ready" in found["summary"]
    assert found["groups"][0]["matchRate"] == pytest.approx(0.2)


def test_with_a_share_of_0_only_imitation_is_known() -> None:
    settings = PersonalizerSettings(personalizer_mode="apprentice")
    found = as_json(_figures([*_log(300, share=0.0)]), settings)
    assert found["groups"][0]["values"] is None
    assert not found["ready"]
    assert "Only imitation can be known" in found["summary"]
    assert found["groups"][0]["baselineShown"] == 300


@pytest.mark.parametrize("at", [1, 17, 200, 333])
def test_figures_from_a_checkpoint_are_those_of_the_whole_log(at: int) -> None:
    entries = [*_log(400)]
    whole = _figures(entries)
    kept = json.loads(json.dumps(_figures(entries[:at]).kept()))
    again = Figures.restored(kept)
    for entry in entries[again.position.sequence :]:
        again.take(entry)
    assert as_json(again, SETTINGS) == as_json(whole, SETTINGS)
    assert json.dumps(again.kept()) == json.dumps(whole.kept())


def test_what_is_reported_twice_counts_once_and_what_comes_too_late_is_counted_as_late() -> None:
    entries = [*_log(50)]
    twice = [
        Entry(Position(f"{one.time_ms}-0", place), one.time_ms, events)
        for place, (one, events) in enumerate(
            ((one, events) for one in entries for events in (one.events, one.events)), start=1
        )
    ]
    once, again = _figures(entries), _figures(twice)
    assert as_json(again, SETTINGS)["groups"] == as_json(once, SETTINGS)["groups"]
    key = "shop 1:49"
    last = entries[-1]
    late = Event(f"{key}:reward", "rating", "v", items=(EventItem("tea"),), value=5.0)
    once.take(Entry(Position("x-0", len(entries) + 1), last.time_ms + 1, [late]))
    assert once.late == 1


def test_a_page_and_an_impossible_choice_change_nothing() -> None:
    figures = _figures([*_log(20)])
    before = json.dumps(figures.kept()["groups"])
    bad = [
        Event("a:seen", "impression", "v", choice=Choice(0.5), from_page=True),
        Event("b:seen", "impression", "v", choice=Choice(0.0)),
        Event("c", "impression", "v", choice=Choice(0.5)),
    ]
    end_ms = 10_000_000
    figures.take(Entry(Position(f"{end_ms}-0", 90), end_ms, bad))
    figures.take(Entry(Position(f"{2 * end_ms}-0", 91), 2 * end_ms, []))
    assert json.dumps(figures.kept()["groups"]) == before


@pytest.mark.parametrize("propensity", [1e-320, 1e-160, 1e-100, 1e-7])
def test_a_weight_beyond_the_bound_on_the_log_has_no_value_and_changes_none(
    propensity: float,
) -> None:
    figures = _figures([*_log(200)])
    before = as_json(figures, SETTINGS)["groups"][0]
    choice = Choice(propensity, 1.0, 0.5, covers_both=True, mode="online")
    seen = Event("odd:seen", "impression", "v", choice=choice)
    act = Event("odd:reward", "rating", "v", value=5.0)
    figures.take(Entry(Position("x-0", 900), 10**7, [seen, act]))
    figures.take(Entry(Position("y-0", 901), 2 * 10**7, []))
    after = as_json(figures, SETTINGS)["groups"][0]
    assert after["values"] == before["values"]
    assert after["withoutValues"] == before["withoutValues"] + 1
    assert after["events"] == before["events"] + 1
    json.dumps(Figures.restored(json.loads(json.dumps(figures.kept()))).kept(), allow_nan=False)


def test_a_checkpoint_with_absurd_sums_is_not_used() -> None:
    kept = _figures([*_log(50)]).kept()
    for total in (1e100, float("inf"), float("nan")):
        broken = json.loads(json.dumps(kept))
        broken["groups"][""]["values"]["plain"]["policy"]["low"]["total"] = total
        with pytest.raises(ValueError, match="too large"):
            Figures.restored(broken)


@pytest.mark.parametrize(
    ("act", "earned"),
    [
        ({}, 1.0),
        ({"from_page": True}, 0.0),
        ({"from_page": True, "slate": SLATE}, 1.0),
        ({"from_page": True, "slate": SLATE, "self_asked": True}, 0.0),
        ({"slate": SLATE, "visitor_id": "other"}, 0.0),
        ({"visitor_id": "other", "user_id": "anna"}, 1.0),
    ],
)
def test_only_a_proven_act_of_the_same_visitor_earns(act: dict[str, Any], earned: float) -> None:
    figures, choice = Figures(), Choice(0.5, mode="online")
    seen = Event("r1:seen", "impression", "v", user_id="anna", choice=choice)
    done = Event(**{"event_id": "r1:click", "event_type": "rating", "visitor_id": "v", **act})
    figures.take(Entry(Position("a-0", 1), 0, [seen, replace(done, value=5.0)]))
    figures.take(Entry(Position("b-0", 2), 10**7, []))
    assert figures.groups[""].total.rewards == earned


async def test_the_watch_outlives_a_sum_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "EVERY_S", 0.0)
    tries, enough = 0, asyncio.Event()

    class Failing(FigureReader):
        def __init__(self) -> None: ...

        async def current(self) -> Figures:
            nonlocal tries
            tries += 1
            if tries > 4:
                enough.set()
            raise (OverflowError, ZeroDivisionError, ValueError, OverflowError)[tries % 4]

    with capture_logs() as logs:
        watching = asyncio.create_task(Failing().watch())
        await asyncio.wait(
            {watching, asyncio.create_task(enough.wait())}, return_when="FIRST_COMPLETED"
        )
        assert not watching.done()
        watching.cancel()
    assert [one["log_level"] for one in logs] == ["warning"]


def test_a_negative_reward_widens_the_scale_to_minus_one() -> None:
    figures = Figures()
    choice = Choice(0.5, 0.5, 0.5, is_baseline=True, covers_both=True, mode="apprentice")
    for number in range(200):
        event = Event(f"n{number}:seen", "impression", "v", choice=choice)
        act = Event(f"n{number}:reward", "return", "v")
        figures.take(Entry(Position(f"{number}-0", number + 1), number, [event, act]))
    figures.take(Entry(Position("x-0", 300), 10**7, []))
    values = as_json(figures, SETTINGS)["groups"][0]["values"]
    assert values["policy"]["value"] == pytest.approx(-1.0)
    assert values["policy"]["low"] == pytest.approx(-1.0)
    assert -1.0 < values["policy"]["high"] < -0.5
