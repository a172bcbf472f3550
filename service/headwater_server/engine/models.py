"""All models of one catalogue, and operations on all of them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.features.features import CONTEXT_FEATURES, ITEM_FEATURES
from headwater_server.engine.features.own_columns import column_names
from headwater_server.engine.features.own_values import OwnValues
from headwater_server.engine.setting_values.rankers import check_rankers, rates_of
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot.state import in_steps
from headwater_server.errors import CodeMissing
from headwater_server.models.bandit.bandit import Bandit
from headwater_server.models.base import ItemModel
from headwater_server.models.content.content import Content
from headwater_server.models.content.word_flow import WordFlow
from headwater_server.models.covisitation.circumstances import Circumstances
from headwater_server.models.covisitation.companions import Companions
from headwater_server.models.covisitation.cycles import Cycles
from headwater_server.models.covisitation.next_item import NextItem
from headwater_server.models.covisitation.walk import Walk
from headwater_server.models.fading import FadingModel
from headwater_server.models.popularity.activity import Activity
from headwater_server.models.popularity.popularity import Popularity
from headwater_server.models.popularity.strangers import Strangers
from headwater_server.models.probability.probability import ProbabilityHead
from headwater_server.models.ranker.ranker import ListwiseRanker
from headwater_server.models.sales.sales import Sales

_START = {
    "next": 0.2,
    "next_near": 0.3,
    "session": 0.2,
    "popular_1500": 0.2,
    "circumstances": 0.3,
}
_COUNTS = ("by_event", "by_day", "starts", "activity", "strangers")
DAY_S = 86_400.0
_DAYS = (DAY_S, 7 * DAY_S, DAY_S / 24, 28 * DAY_S)
TREND_COLUMNS = {"hour": (2, 0), "day": (0, 1), "week": (1, 3)}
"""Window -> columns of ``by_day``: its own, and that of the longer window to compare with."""


class Models:
    """Every estimator by name. Those over items have one row an item."""

    _names = (
        "next_item", "companions", "by_event", "by_day", "starts", "activity", "content",
        "circumstances", "words", "cycles", "ranker", "probability", "sales", "strangers",
    )  # fmt: skip

    def __init__(self, settings: EngineSettings) -> None:
        self.next_item = NextItem(seed=settings.seed)
        self.companions = Companions(seed=settings.seed + 1)
        self.by_event = Popularity((40.0, 200.0, 1500.0, 10_000.0))
        self.by_day = Popularity(_DAYS)
        self.starts = Popularity((1500.0,))
        self.activity = Activity()
        self.strangers = Strangers()
        self.content = Content()
        self.circumstances = Circumstances(seed=settings.seed + 3)
        self.walk = Walk(self.next_item)
        self.words = WordFlow(self.content, seed=settings.seed + 4)
        self.cycles = Cycles()
        self.own_values = OwnValues(settings.features)
        self.rankers = make_rankers(settings, self.own_values.names)
        self.ranker = make_ranker(settings, self.own_values.names)
        self.probability = ProbabilityHead()
        self.sales = Sales()
        self.bandit = Bandit()

    def _over_items(self) -> tuple[Any, ...]:
        return *(getattr(self, name) for name in self._names), *self.rankers.values()

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps: a large array takes several."""
        for model in self._over_items():
            yield from model.reserving(rows)
            yield
        yield from self.own_values.reserving(rows)

    @property
    def lacks_room(self) -> bool:
        """Whether one interaction may add more pairs than there is room for."""
        return (
            self.next_item.lacks_room
            or self.companions.lacks_room
            or self.circumstances.lacks_room
            or self.words.lacks_room
        )

    def making_room(self) -> Generator[None, None, None]:
        """Make room for the pairs that one interaction adds, in steps."""
        for model in (self.next_item, self.companions, self.circumstances, self.words):
            if model.lacks_room:
                yield from model.making_room()

    def forget_counts(self, items: NDArray[np.int32]) -> None:
        """Clear what counts how often ``items`` are chosen; `forgetting` clears the rest."""
        for name in _COUNTS:
            getattr(self, name).forget(items)
        self.own_values.forget(items)

    def forgetting(self, items: NDArray[np.int32]) -> Generator[None, None, None]:
        """Clear the state of ``items`` in the other models, in steps."""
        for name in self._names:
            if name not in _COUNTS:
                model = getattr(self, name)
                if isinstance(model, ItemModel):
                    yield from model.forgetting(items)
                else:
                    model.forget(items)
                yield
        for ranker in self.rankers.values():
            ranker.forget(items)

    def fade(self, times: float) -> None:
        """Divide the weight of all pairs counted so far by ``times``."""
        for name in self._names:
            model = getattr(self, name)
            if isinstance(model, FadingModel):
                model.fade(times)

    def state(self) -> dict[str, Any]:
        """Return the state of every model, by name."""
        state = {name: getattr(self, name).state() for name in self._names}
        state["content"]["_words"] = in_steps(state["content"]["_words"])
        if self.own_values.features:
            state["own_values"] = self.own_values.state()
        if self.bandit.is_used:  # a shop of lists has the digests that it had before
            state["bandit"] = self.bandit.state()
        if self.rankers:
            state["rankers"] = {name: one.state() for name, one in sorted(self.rankers.items())}
        return state

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        for name in self._names:
            getattr(self, name).load(state[name])
        if self.own_values.features:
            self.own_values.load(state["own_values"])
        if "bandit" in state:
            self.bandit.load(state["bandit"])
        for name, ranker in self.rankers.items():
            ranker.load(state["rankers"][name])


def make_ranker(settings: EngineSettings, own: tuple[str, ...]) -> Any:
    """Return the ranker that the settings name, for ``own`` features beside the built-in ones.

    Raises ValueError if there is none.
    """
    return _made(settings.ranker, settings.seed, own, "ranker")


def make_rankers(settings: EngineSettings, own: tuple[str, ...]) -> dict[str, Any]:
    """Return those that learn beside it, by name. Raises ValueError with the entry and the fix."""
    if not settings.rankers:
        return {}
    check_rankers(settings.rankers)
    if settings.ranker in settings.rankers:
        raise ValueError(
            f"ranker: {settings.ranker} is one of rankers, which learn beside it: write what it is "
            "here, or let a policy answer with it"
        )
    return {
        name: _made(text, settings.seed, own, f"rankers.{name}")
        for name, text in sorted(settings.rankers.items())
    }


def _made(text: str, seed: int, own: tuple[str, ...], field: str) -> Any:
    features, rates = ITEM_FEATURES + column_names(own), rates_of(text, field)
    if rates is not None:
        return ListwiseRanker(features, CONTEXT_FEATURES, _START, seed=seed + 2, **rates)
    # imported where it is used: all of River's linear models take longer to load than a snapshot
    from headwater_server.models.river.river_ranker import RiverRanker  # noqa: PLC0415

    try:
        return RiverRanker.named(text, features, CONTEXT_FEATURES, seed + 2)
    except ValueError as error:
        kind = CodeMissing if isinstance(error, CodeMissing) else ValueError
        raise kind(f"{field}: {str(error).removeprefix('ranker: ')}") from None
