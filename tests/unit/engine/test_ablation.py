"""Each source and each family of features can be left out, and comes back."""

import numpy as np
import pytest

from headwater_server.engine import ablation as removal
from headwater_server.engine.engine import Engine
from headwater_server.engine.features import features
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.evidence import SOURCES
from tests.unit.engine.random_shop import found

ASKED_BY_THE_CALLER = "candidates"


def shop(settings):
    """Return an engine that has seen a small shop, whatever it leaves out."""
    engine = Engine(settings)
    for n in range(300):
        item, visitor = f"i{n * n % 40}", f"v{n % 7}"
        write = ItemWrite(Item(item, title=f"word{n * n % 5} lamp", price=float(n % 9 + 1)))
        event = Event(f"e{n}", "click", visitor, items=(EventItem(item),), placement="home")
        engine.apply(Entry(60_000 * n, (write, event)))
    return engine


def answer(engine):
    request = RecommendRequest("v1", "r", placement="home", page_size=50, explore=False)
    return engine.recommend(request, now_ms=60_000 * 301)


def rows_of(engine):
    """Return the features of every candidate that ``answer`` ranks."""
    history = engine.parts.visitors.history("v1", "", "", 60.0 * 301)
    nothing = np.zeros(0, dtype=np.int32)
    described = found(engine.parts.ranking, history, nothing, 60_000 * 301)
    return described.rows, described.context


def test_every_feature_and_every_source_belongs_to_a_name():
    """Else what is worth nothing could not be found."""
    in_families = [feature for family in removal.FAMILIES.values() for feature in family]
    assert sorted(in_families) == sorted((*features.ITEM_FEATURES, *features.CONTEXT_FEATURES))
    assert set(SOURCES.values()) - {ASKED_BY_THE_CALLER} <= set(removal.REMOVABLE)


@pytest.mark.parametrize("name", removal.REMOVABLE)
def test_what_is_left_out_proposes_nothing_and_says_nothing(name):
    engine = shop(EngineSettings(without=(name,)))
    request = RecommendRequest(
        "v1", "r", placement="home", page_size=50, explore=False, explain=True
    )
    sources = {s for r in engine.recommend(request, 60_000 * 301).results for s in r.sources}
    assert name not in sources
    rows, context = rows_of(engine)
    assert len(rows)
    gone = removal.columns_of([name], features.ITEM_FEATURES, context=False)
    gone_context = removal.columns_of([name], features.CONTEXT_FEATURES, context=True)
    assert not rows[:, gone].any()
    assert not context[gone_context].any()
    kept = np.delete(rows, gone, axis=1)
    assert kept.any()


def test_a_change_on_the_log_leaves_out_from_there_on_and_brings_back():
    """The models learn on, so that nothing is lost by leaving a part out for a while."""
    engine = shop(EngineSettings())
    before = answer(engine)
    engine.apply(Entry(60_000 * 300, (SettingsChange(EngineSettings(without=("together",))),)))
    without = answer(engine)
    engine.apply(Entry(60_000 * 300, (SettingsChange(EngineSettings()),)))
    assert without.results != before.results
    assert answer(engine).results == before.results


def test_a_restored_engine_leaves_out_the_same():
    engine = shop(EngineSettings(without=("next", "content")))
    again = Engine.restore(engine.capture())
    assert again.settings.without == ("next", "content")
    assert answer(again).results == answer(engine).results
