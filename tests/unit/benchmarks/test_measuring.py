"""What is counted, of which sets, and what is kept for the next run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarks.quality import contestants
from benchmarks.quality.ablation import ablation_page
from benchmarks.quality.cache import Cache, key_of
from benchmarks.quality.coldstart import ITEM, SHOP, VISITORS, ColdStart
from benchmarks.quality.contestants import Contestant
from benchmarks.quality.measure import key, measure
from benchmarks.quality.pages import Found, page
from benchmarks.quality.sets import Skipped, folders, read_set
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.baselines.popularity import Popularity
from headwater_server.evaluation.baselines.recommender import AsEngine
from headwater_server.evaluation.interactions import Repeats
from tests.unit.evaluation.conftest import write  # noqa: F401 - a fixture

EVENTS = 300


@pytest.fixture
def shop(tmp_path, write):  # noqa: F811
    """Return a function that writes a set and reads it."""

    def make(rows, repeats=(), meta=None, name="shop", **settings):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        write(*rows, name=f"{name}/events.csv.gz")
        if meta is not None:
            (folder / "meta.json").write_text(json.dumps(meta))
        return read_set(folder, settings.get("limit", EVENTS), dict(repeats), events_min=10)

    return make


def wandering(items=7):
    """Twenty visitors, one after the other in turns, each going through the items in order."""
    return [f"{n},v{n % 20},i{(n // 20 + n % 20) % items},view,1" for n in range(EVENTS)]


def popularity(half_life=50, **changes):
    return replace(
        Contestant(
            name="popularity",
            settings=f"half-life {half_life}",
            make=lambda: AsEngine(Popularity(half_life)),
            source="1",
            engine_settings=EngineSettings(),
        ),
        **changes,
    )


def measured(data, cache, contestant=None):
    return measure(data, contestant or popularity(), cache, lambda _row, _total: None)


def test_cold_start_counts_what_is_new_after_the_first_tenth_and_the_shops_start(shop):
    rows = [f"{n},old,x{n % 2},view,1" for n in range(20)]
    rows += [f"{20 + n},new,y{n},view,1" for n in range(5)]
    cold = ColdStart(shop(rows).history.events)
    for row in range(25):
        cold.count(row, rank=1 if row % 2 else 0)
    # Row 20 is the new visitor's first; x0's and x1's first ten appearances are rows 0 to 19, of
    # which the first three (a tenth of 25) are not counted.
    assert [cold.tallies[name].events for name in VISITORS] == [1, 1, 1]
    assert [cold.tallies[name].hits for name in VISITORS] == [0, 1, 0]
    assert cold.tallies[ITEM].events == 17 + 5
    assert cold.tallies[SHOP].events == 25


def test_cold_start_agrees_with_the_backtest_beside_it(shop, tmp_path):
    data = shop(wandering())
    one = measured(data, Cache(tmp_path / "cache"))
    assert one.total["events"] == EVENTS - EVENTS // 10  # the protocol's
    assert one.cold[SHOP]["events"] == EVENTS  # the first tenth was asked, too
    assert one.cold[VISITORS[0]]["events"] == 0  # all twenty came in the first tenth
    assert one.cold[VISITORS[1]]["events"] == 10
    alone = measured(data, Cache(tmp_path / "other"))
    assert alone.total == one.total


def test_figures_are_kept_until_something_changes(shop, tmp_path):
    data, cache = shop(wandering()), Cache(tmp_path / "cache")
    first = measured(data, cache)
    again = measured(data, cache)
    assert not first.cached
    assert again == replace(first, cached=True)
    assert not measured(data, Cache(tmp_path / "cache", reads=False)).cached


@pytest.mark.parametrize(
    "change",
    [
        {"name": "another"},
        {"settings": "others"},
        {"source": "edited"},
        {"engine_settings": EngineSettings(seed=2)},
    ],
)
def test_another_contestant_has_another_key(shop, change):
    data = shop(wandering())
    assert key(data, popularity()) != key(data, popularity(**change))


def test_other_events_limits_and_rules_have_another_key(shop):
    rows = wandering()
    keys = {
        key(data, popularity())
        for data in (
            shop(rows),
            shop(rows, limit=EVENTS - 1),
            shop(rows, repeats={"shop": Repeats.EXCLUDE}),
            shop([*rows[:-1], "299,v1,other,view,1"]),
        )
    }
    assert len(keys) == 4


def test_a_changed_file_changes_the_key(tmp_path):
    source = tmp_path / "peer.py"
    source.write_text("a = 1\n")
    before = key_of(["x"], [source], ["numpy"])
    assert key_of(["x"], [source], ["numpy"]) == before
    source.write_text("a = 2\n")
    assert key_of(["x"], [source], ["numpy"]) != before


def test_an_edit_of_the_engine_is_another_contestant(tmp_path, monkeypatch):
    for part in ("engine", "models"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "one.py").write_text("a = 1\n")
    monkeypatch.setattr(contestants, "SERVICE", tmp_path)
    before = contestants.headwater().source
    assert contestants.headwater().source == before
    (tmp_path / "models" / "one.py").write_text("a = 2\n")
    assert contestants.headwater().source != before


def test_repeats_are_as_asked_else_as_the_set_says_else_as_its_events_suggest(shop):
    back, never = wandering(7), wandering(1_000)
    assert shop(back).repeats is Repeats.ALLOW
    assert shop(never).repeats is Repeats.EXCLUDE
    assert shop(never, meta={"repeats": "allow"}).repeats is Repeats.ALLOW
    asked = shop(never, meta={"repeats": "allow"}, repeats={"shop": Repeats.EXCLUDE})
    assert (asked.repeats, asked.chosen_by) == (Repeats.EXCLUDE, "as asked for")


def test_what_cannot_be_measured_is_skipped_and_says_why(shop):
    few = shop(wandering()[:5], name="few")
    strange = shop(["1,v,i,impression_bts,0.1"], name="strange")
    assert isinstance(few, Skipped)
    assert few.reason == "5 events, too few to measure (at least 10)"
    assert isinstance(strange, Skipped)
    assert "unknown type 'impression_bts'" in strange.reason


def test_every_folder_with_events_is_found_and_a_missing_one_is_named(shop, tmp_path):
    shop(wandering(), name="b")
    shop(wandering(), name="a")
    (tmp_path / "empty").mkdir()
    assert [folder.name for folder in folders(tmp_path)] == ["a", "b"]
    assert [folder.name for folder in folders(tmp_path, frozenset("b"))] == ["b"]
    with pytest.raises(FileNotFoundError, match=r"c$"):
        folders(tmp_path, frozenset("bc"))


def test_the_page_has_the_ratio_to_the_best_peer_of_each_figure(shop, tmp_path):
    data = shop(wandering())
    one = measured(data, Cache(tmp_path))

    def contestant(name, hit_rate, ndcg):
        figures = {**one.total, "hit_rate_at_20": hit_rate, "ndcg_at_20": ndcg}
        return replace(one, contestant=name, total=figures)

    mine, wide, sharp = (
        contestant("Headwater", 0.6, 0.3),
        contestant("wide", 0.5, 0.1),
        contestant("sharp", 0.4, 0.2),
    )
    found = Found(data, [mine, wide, sharp])
    assert found.ratio("hit_rate_at_20") == pytest.approx(1.2)
    assert found.ratio("ndcg_at_20") == pytest.approx(1.5)
    assert Found(data, [mine]).ratio("ndcg_at_20") is None
    text = page([found], [Skipped("tiny", "too few")], "the command")
    assert "| shop | **1.20** | **1.50** | **1.00** | wide |" in text
    assert "- tiny: not measured, too few" in text
    assert "270 events counted" in text
    assert "| visitor's 2nd (10) |" in text


def test_the_ablation_has_relative_changes_in_per_cent(shop, tmp_path):
    data = shop(wandering())
    whole = replace(measured(data, Cache(tmp_path)), contestant="Headwater")
    whole.total.update(hit_rate_at_20=0.4, ndcg_at_20=0.2)
    less = replace(whole, contestant="Headwater without content")
    less = replace(less, total={**whole.total, "hit_rate_at_20": 0.3, "ndcg_at_20": 0.21})
    text = ablation_page([Found(data, [whole, less])], "the command")
    assert "| content | -25.0 / +5.0 |" in text
    assert "| (nothing) | 0.4000 / 0.2000 |" in text
