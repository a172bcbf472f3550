"""An item is proposed if, and only if, the sources give it a row of evidence."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.ablation import REMOVABLE
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.retrieval import gathering
from headwater_server.engine.retrieval.proposed import is_proposed
from headwater_server.engine.settings import EngineSettings
from headwater_server.models import evidence as ev
from headwater_server.models.content.content import POSTINGS_MAX, TOKENS_MAX
from tests.unit.engine.random_shop import ITEMS, random_shop, requests

SOURCES = tuple(name for name in REMOVABLE if name in gathering.BITS)
EACH_ALONE = [tuple(other for other in SOURCES if other != name) for name in SOURCES]
BY_WORDS = "content", "words"


def _found(engine: Engine, request: RecommendRequest, now_ms: int, items: int) -> list[bool]:
    """Return which items are proposed, after a comparison with the rows of evidence."""
    retriever = engine.parts.retriever
    visitor = retriever.visitor(engine.parts.history(request, request.placement, now_ms))
    tables = retriever.begin()
    mine = [is_proposed(tables, visitor, np.int32(item)) for item in range(items)]
    gathering.find(tables, visitor)
    gathering.propose.py_func(tables, visitor)
    marks, meta = tables.evidence[1], tables.evidence[5]
    has_row = marks[:items] >= meta[0] << ev.STAMP
    assert [proposed for proposed, _ in mine] == has_row.tolist()
    return [proposed for proposed, _ in mine]


@pytest.mark.parametrize("without", [(), *EACH_ALONE], ids=["all", *SOURCES])
@pytest.mark.parametrize("seed", range(2))
def test_what_is_proposed_has_a_row_of_evidence(seed, without):
    engine, now_ms = random_shop(seed, EngineSettings(without=without))
    found = set()
    for request in requests(seed):
        found.update(_found(engine, request, now_ms, ITEMS))
    assert found == {False, True}


@pytest.mark.parametrize("sources", [BY_WORDS, BY_WORDS[:1], BY_WORDS[1:]], ids="+".join)
@pytest.mark.parametrize("words", [2, TOKENS_MAX - 1, 3 * TOKENS_MAX])
def test_an_item_is_proposed_by_its_words_if_it_is_listed_under_them(words, sources):
    """Of more items than a word lists, and of more words than an item's tokens."""
    rng, items = np.random.default_rng(words), 3 * POSTINGS_MAX
    without = tuple(name for name in SOURCES if name not in sources)
    engine, found = Engine(EngineSettings(without=without)), set()
    for number in range(items):
        title = " ".join(f"word{n}" for n in rng.permutation(words + 10)[:words])
        engine.apply(Entry(0, (ItemWrite(Item(f"i{number}", title=title)),)))
    for number in range(200):
        item = EventItem(f"i{rng.integers(items)}")
        event = Event(f"e{number}", "click", f"v{number % 20}", items=(item,))
        engine.apply(Entry(number, (event,)))
    for visitor in range(20):
        found.update(_found(engine, RecommendRequest(f"v{visitor}", "r"), 200, items))
    assert found == {False, True}
