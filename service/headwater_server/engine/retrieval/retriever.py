"""Retrieval: all sources write evidence, then the candidates are chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.models import Models
from headwater_server.engine.retrieval.candidate_selection import add_own_items, select_candidates
from headwater_server.engine.retrieval.popular import PopularItems
from headwater_server.engine.visitors.visitors import History
from headwater_server.models import evidence as ev

ROOM = 900
"""At most own 200, co-visitation 160, popular 90, circumstances 60, new 20, others 30 to 40."""


class Retriever:
    """Collects candidates for one request; its scratch is not state."""

    def __init__(self, models: Models, catalogue: Catalogue) -> None:
        self.models = models
        self.catalogue = catalogue
        self.popular = PopularItems(models.by_event)
        self.evidence = ev.Evidence()
        self.without: frozenset[str] = frozenset()
        self._room = np.empty(ROOM, dtype=np.int32)
        self._sources: dict[str, Callable[[History, Any], None]] = {
            "next": self._next,
            "together": self._together,
            "history": self._own,
            "popular": self._popular,
            "new": self._new,
            "content": self._content,
            "circumstances": self._circumstances,
            "walk": self._walk,
            "words": self._words,
            "cycles": self._cycles,
        }

    def retrieve(
        self,
        history: History,
        excluded: NDArray[np.int32],
        now_ms: int,
        passing: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int32]:
        """Return int32[n] candidates that may be shown; only ``passing``, none ``excluded``."""
        self._gather(history)
        scratch = self.evidence.scratch
        shown_at = self.catalogue.shown_at(now_ms, passing)
        if len(excluded) or len(history.refused):
            excluded = np.concatenate((excluded, history.refused, history.items[:1]))
        else:
            excluded = history.items[:1]
        count = select_candidates(scratch, shown_at, excluded, self._room)
        return self._room[:count].copy()

    def gather_for(self, history: History, items: NDArray[np.int32]) -> NDArray[np.int32]:
        """Write the evidence for the caller's own ``items``."""
        self._gather(history)
        ev.add_rows(self.evidence.scratch, items, ev.FROM_CALLER)
        return items

    @property
    def room(self) -> int:
        """Largest number of candidates."""
        return len(self._room)

    def add_popular(self, items: NDArray[np.int32]) -> None:
        """Propose more items in the current request."""
        ev.add_rows(self.evidence.scratch, items, ev.FROM_POPULAR)

    def add_pinned(self, items: NDArray[np.int32]) -> None:
        """Add rows for items that no source proposed in the current request."""
        ev.add_rows(self.evidence.scratch, items, 0)

    def _gather(self, history: History) -> None:
        """Let every source that is not left out write its evidence for this request."""
        self.evidence.begin(self.catalogue.rows)
        self.models.content.build_profile(history.items, history.in_session)
        for name, write in self._sources.items():
            if name not in self.without:
                write(history, self.evidence.scratch)

    def _next(self, history: History, scratch: Any) -> None:
        models = self.models
        models.next_item.accumulate(history.items, models.activity.interactions, scratch)

    def _together(self, history: History, scratch: Any) -> None:
        args = (history.items, history.in_session, self.models.activity.interactions)
        self.models.companions.accumulate(*args, scratch)

    def _own(self, history: History, scratch: Any) -> None:
        add_own_items(
            history.items, history.ages_s, history.interactions, history.in_session, scratch
        )

    def _popular(self, _: History, scratch: Any) -> None:
        ev.add_rows(scratch, self.popular.items, ev.FROM_POPULAR)

    def _new(self, _: History, scratch: Any) -> None:
        ev.add_rows(scratch, self.catalogue.newest, ev.FROM_NEW)

    def _content(self, history: History, scratch: Any) -> None:
        self.models.content.propose(history.items, scratch)

    def _circumstances(self, history: History, scratch: Any) -> None:
        models = self.models
        models.circumstances.accumulate(
            history.circumstances, models.activity.interactions, scratch
        )

    def _walk(self, history: History, scratch: Any) -> None:
        self.models.walk.accumulate(history.items, scratch)

    def _words(self, history: History, scratch: Any) -> None:
        self.models.words.propose(history.items, scratch)

    def _cycles(self, history: History, scratch: Any) -> None:
        self.models.cycles.accumulate(history.items, history.ages_s, scratch)
