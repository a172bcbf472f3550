"""The rankers of other settings: what has learned goes on wherever these name it."""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.features.features import ITEM_FEATURES
from headwater_server.engine.features.own_columns import column_names
from headwater_server.engine.features.own_values import OwnValues
from headwater_server.engine.learning.challengers import figures_of
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.parts import Parts
from headwater_server.engine.settings import EngineSettings

_NAMES = "ranker", "rankers", "features"


class NewRankers(NamedTuple):
    """The shop's own features without values, the champion and those beside it, new ones."""

    own: OwnValues
    champion: Any
    beside: dict[str, Any]


def check_arms(parts: Parts, settings: EngineSettings) -> None:
    """Raise ValueError if an experiment answers by a ranker that these settings lack."""
    for running in parts.experiments.active:
        for policy in running.policies:
            if policy is not None and (problem := policy.lacks(settings)):
                name = running.experiment.experiment_id
                raise ValueError(
                    f"rankers: the experiment {name} answers by one that would go ({problem}): "
                    "stop it first"
                )


def changing_rankers(
    parts: Parts, settings: EngineSettings, fresh: NewRankers
) -> Generator[None, None, None]:
    """Go on with the rankers of other settings, in steps.

    Other features are computed for all items; the default ranker keeps what it learned of those
    that stay. One that is named by the same text, as champion or beside it, goes on with what it
    has learned; any other one begins here.
    """
    models, before = parts.models, parts.written
    if all(getattr(settings, name) == getattr(before, name) for name in _NAMES):
        return
    places = None
    if settings.features != before.features:
        yield from _computing(parts, fresh.own)
        places = _places(models.ranker.features, fresh, before.features)
        parts.attribution.refit(places)
        models.own_values = fresh.own
    learned = {before.rankers[name]: ranker for name, ranker in models.rankers.items()}
    known = _Known(learned | {before.ranker: models.ranker}, places, parts.catalogue.rows)
    champion = known.going_on(settings.ranker, fresh.champion)
    beside = {n: known.going_on(settings.rankers[n], one) for n, one in fresh.beside.items()}
    for name, text in before.rankers.items():
        if settings.rankers.get(name) != text:
            parts.progress.drop_policy(figures_of(name))
    if champion is not models.ranker:
        models.strangers.begin_ranker()
    models.ranker, models.rankers = champion, beside


class _Known:
    """Rankers that have learned, by text; each is handed on, and a copy if it is wanted again."""

    def __init__(
        self, learned: dict[str, Any], places: NDArray[np.int64] | None, rows: int
    ) -> None:
        self._learned = learned
        self._places = places
        self._rows = rows
        self._taken: set[str] = set()

    def going_on(self, text: str, ranker: Any) -> Any:
        """Return the ranker of this text with what it has learned, else the new one."""
        before = self._learned.get(text)
        if before is not None and self._places is None:
            again = text in self._taken
            self._taken.add(text)
            return copy.deepcopy(before) if again else before
        if before is not None and hasattr(ranker, "go_on_from"):
            ranker.go_on_from(before, self._places)
        ranker.reserve(self._rows)
        return ranker


def _computing(parts: Parts, own: OwnValues) -> Generator[None, None, None]:
    own.reserve(parts.catalogue.rows)
    yield from own.filling(_described(parts))


def _places(
    names: tuple[str, ...], fresh: NewRankers, features: tuple[str, ...]
) -> NDArray[np.int64]:
    """Return of each new column its place among those of before, -1 for none."""
    kept = column_names(one.name for one in fresh.own.features if one.text in features)
    same = {*ITEM_FEATURES, *kept}
    places = [names.index(one) if one in same else -1 for one in fresh.champion.features]
    return np.array(places, dtype=np.int64)


def _described(parts: Parts) -> Iterator[tuple[int, Item]]:
    """Yield the number and the data of each described item, in the order of the numbers."""
    for number in parts.catalogue.numbers().tolist():
        item = parts.catalogue.at(number)
        if item is not None:
            yield number, item
