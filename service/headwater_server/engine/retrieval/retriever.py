"""Retrieval: all sources write evidence, then the candidates are chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue import Catalogue
from headwater_server.engine.models import Models
from headwater_server.engine.retrieval.choose import choose, note_own
from headwater_server.engine.retrieval.popular import PopularItems
from headwater_server.engine.visitors import History
from headwater_server.models import evidence as ev

ROOM = 800
"""At most: own 200, co-visitation 160, popular 90, content 30, circumstances 60, new 20."""


class Retriever:
    """Gathers candidates for one question; its scratch is not state."""

    def __init__(self, models: Models, catalogue: Catalogue) -> None:
        self.models = models
        self.catalogue = catalogue
        self.popular = PopularItems()
        self.evidence = ev.Evidence()
        self._room = np.empty(ROOM, dtype=np.int32)

    def retrieve(
        self,
        history: History,
        barred: NDArray[np.int32],
        now_ms: int,
        passing: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int32]:
        """Return int32[n] candidates that may be shown; only ``passing``, none ``barred``."""
        self._gather(history)
        scratch = self.evidence.scratch
        shown_at = self.catalogue.shown_at(now_ms, passing)
        if len(barred) or len(history.refused):
            barred = np.concatenate((barred, history.refused, history.items[:1]))
        else:
            barred = history.items[:1]
        count = choose(scratch, shown_at, barred, self._room)
        return self._room[:count].copy()

    def given(self, history: History, items: NDArray[np.int32]) -> NDArray[np.int32]:
        """Write the evidence for ``items``, which the caller asks to be ranked."""
        self._gather(history)
        ev.touch(self.evidence.scratch, items, ev.FROM_CALLER)
        return items

    @property
    def room(self) -> int:
        """Candidates at most."""
        return len(self._room)

    def add_popular(self, items: NDArray[np.int32]) -> None:
        """Propose more items to the question that is being answered."""
        ev.touch(self.evidence.scratch, items, ev.FROM_POPULAR)

    def add_pinned(self, items: NDArray[np.int32]) -> None:
        """Make room for items that no source proposed to the question being answered."""
        ev.touch(self.evidence.scratch, items, 0)

    def _gather(self, history: History) -> None:
        models = self.models
        self.evidence.begin(self.catalogue.rows)
        scratch = self.evidence.scratch
        touches = models.activity.touches
        models.next_item.accumulate(history.items, touches, scratch)
        models.companions.accumulate(history.items, history.in_session, touches, scratch)
        note_own(history.items, history.ages_s, history.touches, history.in_session, scratch)
        ev.touch(scratch, self.popular.items, ev.FROM_POPULAR)
        ev.touch(scratch, self.catalogue.newest, ev.FROM_NEW)
        models.content.propose(history.items, scratch)
        models.circumstances.accumulate(history.circumstances, touches, scratch)
