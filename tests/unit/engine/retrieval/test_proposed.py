"""An item is proposed if, and only if, the sources give it a row of evidence."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.ablation import REMOVABLE
from headwater_server.engine.retrieval import gathering
from headwater_server.engine.retrieval.proposed import is_proposed
from headwater_server.engine.settings import EngineSettings
from headwater_server.models import evidence as ev
from tests.unit.engine.random_shop import ITEMS, random_shop, requests

SOURCES = tuple(name for name in REMOVABLE if name in gathering.BITS)
EACH_ALONE = [tuple(other for other in SOURCES if other != name) for name in SOURCES]


@pytest.mark.parametrize("without", [(), *EACH_ALONE], ids=["all", *SOURCES])
@pytest.mark.parametrize("seed", range(2))
def test_what_is_proposed_has_a_row_of_evidence(seed, without):
    engine, now_ms = random_shop(seed, EngineSettings(without=without))
    retriever, found = engine.parts.retriever, set()
    for request in requests(seed):
        visitor = retriever.visitor(engine.parts.history(request, request.placement, now_ms))
        tables = retriever.begin()
        gathering.find(tables, visitor)
        mine = [is_proposed(tables, visitor, np.int32(item)) for item in range(ITEMS)]
        gathering.propose.py_func(tables, visitor)
        marks, meta = tables.evidence[1], tables.evidence[5]
        has_row = marks[:ITEMS] >= meta[0] << ev.STAMP
        assert mine == has_row.tolist()
        found.update(mine)
    assert found == {False, True}
