"""The tables of all sources, as the kernels of `gathering` take them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.models import Models
from headwater_server.engine.retrieval import gathering
from headwater_server.engine.retrieval.gathering import Tables, Visitor
from headwater_server.engine.retrieval.popular import PopularItems
from headwater_server.engine.visitors.visitors import History
from headwater_server.models import evidence as ev


class Retriever:
    """What all sources read and write for one request; its scratch is not state."""

    def __init__(self, models: Models, catalogue: Catalogue) -> None:
        self.models = models
        self.catalogue = catalogue
        self.popular = PopularItems(models.by_event, models.strangers)
        self.evidence = ev.Evidence()
        self._on = gathering.ALL

    def leave_out(self, names: Collection[str]) -> None:
        """Let the sources of these names write nothing from now on."""
        bits = gathering.BITS.items()
        self._on = sum(bit for name, bit in bits if name not in names)

    @property
    def on(self) -> int:
        """The bits of the sources that are not left out."""
        return self._on

    def begin(self, requests: int = 1) -> Tables:
        """Begin the next request; return what kernels read and write for it.

        ``requests``: with those that the kernel begins after it.
        """
        self.evidence.begin(self.catalogue.rows, requests)
        return self.tables

    @property
    def tables(self) -> Tables:
        """The tables of all sources, and the evidence of the present request."""
        models = self.models
        return Tables(
            self._on,
            models.next_item.counted,
            models.companions.counted,
            models.circumstances.counted,
            models.cycles.counted,
            models.content.counted,
            models.words.counted,
            models.content.listed,
            models.activity.interactions,
            self.popular.items,
            self.popular.first,
            self.catalogue.newest,
            models.content.scratch,
            models.words.scratch,
            self.evidence.scratch,
        )

    def visitor(self, history: History) -> Visitor:
        """Return the history as kernels take it."""
        return Visitor(
            history.items,
            history.ages_s,
            history.interactions,
            history.in_session,
            history.refused,
            self.models.circumstances.rows(history.circumstances),
        )

    def add_popular(self, items: NDArray[np.int32]) -> None:
        """Propose more items in the current request."""
        ev.add_rows(self.evidence.scratch, items, ev.FROM_POPULAR)

    def add_pinned(self, items: NDArray[np.int32]) -> None:
        """Add rows for items that no source proposed in the current request."""
        ev.add_rows(self.evidence.scratch, items, 0)
