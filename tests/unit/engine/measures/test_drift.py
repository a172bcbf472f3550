"""A change is noticed soon, noise is not, and what was noticed is part of the state."""

from __future__ import annotations

from random import Random

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.measures.drift import ALARMS_MAX, Drift, ranking_loss
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

MINUTE_MS = 60_000
ITEMS = 150
CHANGES_AT, ENDS_AT = 4_800, 5_400
VISITORS = 40


def noisy(random, mean):
    return min(1.0, max(0.0, random.gauss(mean, 0.3)))


def watch(drift, losses, first=0):
    """Feed losses of visitors who take turns; return the alarms."""
    alarms = [
        drift.observe_interaction(n % 7, loss, events_learned=n, now_ms=1_000 * n)
        for n, loss in enumerate(losses, start=first)
    ]
    return [alarm for alarm in alarms if alarm]


@pytest.mark.parametrize("seed", range(5))
def test_an_abrupt_change_is_noticed_within_three_hundred_events(seed):
    random, drift = Random(seed), Drift()
    assert not watch(drift, [noisy(random, 0.6) for _ in range(3_000)])
    alarm = watch(drift, [noisy(random, 0.8) for _ in range(300)], first=3_000)[0]
    assert alarm.worse
    assert 3_000 < alarm.events_learned < 3_300
    assert alarm.time_ms == 1_000 * alarm.events_learned
    assert alarm.mean_before == pytest.approx(0.6, abs=0.05)
    assert alarm.mean_after > alarm.mean_before + 0.01


def test_a_change_for_the_better_differs_from_one_for_the_worse():
    random, drift = Random(1), Drift()
    watch(drift, [noisy(random, 0.8) for _ in range(1_000)])
    alarms = watch(drift, [noisy(random, 0.5) for _ in range(300)], first=1_000)
    assert not alarms[0].worse
    assert drift.counts == {("all", False): len(alarms)}


@pytest.mark.parametrize("seed", range(5))
def test_a_better_time_hides_no_change_for_the_worse_right_after_it(seed):
    random, drift, n = Random(seed), Drift(), 2_000
    watch(drift, [noisy(random, 0.8) for _ in range(n)])
    while not (alarms := watch(drift, [noisy(random, 0.55)], first=n)) and n < 3_000:
        n += 1
    assert [alarm.worse for alarm in alarms] == [False]
    alarms = watch(drift, [noisy(random, 0.95) for _ in range(400)], first=n + 1)
    assert any(alarm.worse for alarm in alarms)


@pytest.mark.parametrize("rise", [0.04, 0.3])
def test_a_lasting_change_for_the_worse_raises_one_alarm(rise):
    random, drift = Random(3), Drift()
    assert not watch(drift, [random.uniform(0.4, 0.6) for _ in range(4_000)])
    after = [random.uniform(0.4 + rise, 0.6 + rise) for _ in range(4_000)]
    assert [alarm.worse for alarm in watch(drift, after, first=4_000)] == [True]


def test_noise_raises_hardly_any_alarm():
    alarms = 0
    for seed in range(20):
        random = Random(seed)
        alarms += len(watch(Drift(), [noisy(random, 0.7) for _ in range(5_000)]))
    assert alarms <= 1


def test_one_visitors_long_evening_is_no_alarm():
    random, drift = Random(1), Drift()
    watch(drift, [noisy(random, 0.4) for _ in range(1_000)])
    evening = [drift.observe_interaction(99, 1.0, events_learned=n, now_ms=n) for n in range(1_000)]
    assert not any(evening)
    assert not watch(drift, [noisy(random, 0.4) for _ in range(100)])


def test_alarms_are_bounded_and_outlive_their_placement():
    drift = Drift()
    for n in range(60_000):
        acted = n // 250 % 2 == 0
        drift.observe_slate("home", acted=acted, events_learned=n, now_ms=n)
    assert len(drift.alarms) == ALARMS_MAX < sum(drift.counts.values())
    drift.drop("home")
    assert drift.counts == {}
    assert {alarm.placement for alarm in drift.alarms} == {"home"}
    assert not drift.observe_slate("home", acted=True, events_learned=1, now_ms=1)


def test_what_is_loaded_goes_on_alike():
    random, first, second = Random(1), Drift(), Drift()
    watch(first, [noisy(random, 0.4) for _ in range(500)])
    watch(first, [noisy(random, 0.8) for _ in range(313)])
    second.load(first.state())
    assert second.alarms == first.alarms != ()
    more = [noisy(random, 0.2) for _ in range(300)]
    assert watch(first, more) == watch(second, more) != []
    assert second.state() == first.state()


def log(seed=1):
    """Yield the clicks of a few visitors who follow a path through the shop; it changes once."""
    random = Random(seed)
    paths = [random.sample(range(ITEMS), ITEMS) for _ in range(2)]
    at = [random.randrange(ITEMS) for _ in range(VISITORS)]
    for n in range(ENDS_AT):
        visitor, path = n % VISITORS, paths[n >= CHANGES_AT]
        wanders = random.random() < 0.2
        at[visitor] = random.randrange(ITEMS) if wanders else path[at[visitor]]
        item = EventItem(f"item {at[visitor]}")
        time_ms = 10_000 * n
        yield Event(f"e{n}", "click", f"v{visitor}", items=(item,), event_time_ms=time_ms)


def folded(settings):
    """Return the engine after the log, and whether each event behind the change was predicted."""
    engine, predicted, latest = Engine(settings), [], {}
    for n, event in enumerate(log()):
        if n >= CHANGES_AT:
            left_out = (latest[event.visitor_id],)
            request = RecommendRequest(
                event.visitor_id, "r", page_size=2, exclude_item_ids=left_out, explore=False
            )
            answer = engine.recommend(request, event.event_time_ms)
            predicted.append(event.items[0].item_id in {r.item_id for r in answer.results})
        engine.apply(Entry(event.event_time_ms, (event,), imported=True))
        latest[event.visitor_id] = event.items[0].item_id
    return engine, predicted


def back(predicted, share=0.6):
    """Return how many events it took until ``share`` of the latest hundred were predicted."""
    rates = (sum(predicted[n - 100 : n]) / 100 for n in range(100, len(predicted) + 1))
    return 100 + next(n for n, rate in enumerate(rates) if rate >= share)


def test_the_engine_notices_a_change_of_taste_and_is_back_sooner_for_it():
    adapts, predicted = folded(EngineSettings(drift_fading=4.0))
    steady, predicted_steadily = folded(EngineSettings(drift_fading=1.0))
    worse = [alarm for alarm in adapts.lookups.drift_alarms() if alarm.worse]
    assert worse
    assert CHANGES_AT < worse[0].events_learned < CHANGES_AT + 400
    assert worse[0] in steady.lookups.drift_alarms()
    assert back(predicted) < back(predicted_steadily)
    assert sum(predicted) > 1.1 * sum(predicted_steadily)

    again = Engine.restore(adapts.capture())
    assert again.digest() == adapts.digest()
    assert again.lookups.drift_alarms() == adapts.lookups.drift_alarms()
    assert again.lookups.drift_counts() == adapts.lookups.drift_counts()


def test_a_placement_whose_slates_are_acted_on_no_more_raises_its_own_alarm():
    engine = Engine()
    for n in range(700):
        time_ms, visitor, item = n * MINUTE_MS, f"v{n}", (EventItem("lamp"),)
        seen = Event(f"s{n}", "impression", visitor, items=item, placement="home", position=1)
        engine.apply(Entry(time_ms, (seen,)))
        if n < 500:
            engine.apply(Entry(time_ms, (Event(f"c{n}", "click", visitor, items=item),)))
    alarms = [alarm for alarm in engine.lookups.drift_alarms() if alarm.placement == "home"]
    assert [(alarm.name, alarm.worse) for alarm in alarms[:1]] == [("no_act", True)]
    assert alarms[0].time_ms >= 500 * MINUTE_MS


def test_interactions_given_by_column_raise_the_alarms_of_one_by_one():
    random, single, together = Random(5), Drift(), Drift()
    found, expected = [], []
    for start in range(0, 6_000, 30):
        mean = 0.3 if start // 1_500 % 2 else 0.8
        visitors = [random.randrange(4) for _ in range(30)]
        entropies = [max(0.0, random.gauss(mean, 0.2)) for _ in range(30)]
        choices = [random.choice((0, 1, 2, 61)) for _ in range(30)]
        times = list(range(start, start + 30))
        found += together.observe_all(visitors, times, times, entropies, choices)
        for visitor, entropy, count, n in zip(visitors, entropies, choices, times, strict=True):
            loss = ranking_loss(entropy, count)
            expected.append(single.observe_interaction(visitor, loss, events_learned=n, now_ms=n))
    assert found == [alarm for alarm in expected if alarm]
    assert found
    assert together.state() == single.state()
