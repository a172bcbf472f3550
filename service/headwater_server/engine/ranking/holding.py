"""The shop's arrays, held for kernels, and made again when one of them was replaced."""

from __future__ import annotations

from operator import is_
from typing import Any

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.arrays import Arrays, Present
from headwater_server.engine.ranking.ranking import Ranking
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.visitors.visitors import Visitors
from headwater_server.models.held import Held, hold
from headwater_server.models.ranker.network import NO_NETWORK
from headwater_server.models.ranker.ranker import ListwiseRanker

_NO_RATES = (0.0, 0.0, 0.0)
_MOMENTS, _WEIGHTS = 4, 5


class Holding:
    """Hands arrays and numbers to the kernels of whole questions and of runs of acts."""

    def __init__(
        self,
        models: Models,
        catalogue: Catalogue,
        visitors: Visitors,
        retriever: Retriever,
        ranking: Ranking,
    ) -> None:
        self._models = models
        self._catalogue = catalogue
        self._visitors = visitors
        self._retriever = retriever
        self._ranking = ranking
        self._pairs = models.next_item, models.companions, models.circumstances, models.words
        self._constants = tuple(model.constants for model in self._pairs)
        self._leaves: tuple[Any, ...] = ()
        self._held: Held | None = None

    def begin(self, requests: int = 1) -> tuple[Held, Present]:
        """Begin the next request, with those that the kernel begins after it.

        Return the held `Arrays`, and the numbers of the present state.
        """
        self._retriever.evidence.begin(self._catalogue.rows, requests)
        leaves = self._arrays()
        if self._held is None or not all(map(is_, leaves, self._leaves)):
            self._leaves, self._held = leaves, hold(self._grouped(leaves))
        return self._held, self._present()

    def _arrays(self) -> tuple[Any, ...]:
        """Return all arrays, or the tuples that are replaced with them, in the order of `Arrays`.

        In the place of the last two fields are the single arrays.
        """
        models, catalogue = self._models, self._catalogue
        return (
            *models.next_item.arrays,
            *models.companions.arrays,
            *models.circumstances.arrays,
            *models.words.arrays,
            models.words.scratch,
            *models.cycles.counted,
            *models.content.arrays,
            *models.content.listed,
            models.content.scratch,
            models.activity.counts,
            models.activity.interactions,
            *models.by_event.counted,
            *models.by_day.counted,
            *models.starts.counted,
            *models.strangers.counted,
            catalogue.available,
            catalogue.publish_ms,
            catalogue.expire_ms,
            catalogue.columns.groups.of,
            self._retriever.evidence.scratch,
            *self._of_visitors(),
            *self._ranking.gone,
            *models.own_values.own,
            self._constants,
            *_of(models.ranker),
        )

    def _of_visitors(self) -> tuple[Any, ...]:
        table, acts, _ = self._visitors.sessions
        return table, *acts

    def _grouped(self, leaves: tuple[Any, ...]) -> Arrays:
        single = _MOMENTS + 2 * _WEIGHTS
        alone, of_ranker = leaves[:-single], leaves[-single:]
        moments, weights = of_ranker[:_MOMENTS], of_ranker[_MOMENTS:]
        make: Any = Arrays  # the arrays have the order of its fields
        arrays: Arrays = make(*alone, moments, (weights[:_WEIGHTS], weights[_WEIGHTS:]))
        return arrays

    def _present(self) -> Present:
        models, (first, second, third, fourth) = self._models, self._pairs
        activity, ranker = models.activity, models.ranker
        rates, taken = ranker.pace if isinstance(ranker, ListwiseRanker) else (_NO_RATES, 0)
        return Present(
            self._retriever.popular.items,
            self._retriever.popular.first,
            self._catalogue.newest,
            self._retriever.on,
            (first.steps, second.steps, third.steps, fourth.steps),
            (first.origin, second.origin, third.origin, fourth.origin),
            models.content.whole,
            models.words.mass,
            activity.events,
            activity.repeat_rate,
            (models.by_event.at, models.by_day.at, models.starts.at),
            self._catalogue.are_timed,
            self._catalogue.columns.groups.limit,
            self._visitors.session_gap_s,
            rates,
            taken,
        )


def _of(ranker: Any) -> tuple[Any, ...]:
    """Return the arrays of a ranker one by one; without values if it is no kernel."""
    if isinstance(ranker, ListwiseRanker):
        return ranker.arrays
    biases, moments, weights = NO_NETWORK
    return biases, *moments, *weights, *weights
