"""Lists that a champion showed at places of its log, and how likely other policies show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from benchmarks.evaluation.clicks import Clicks, Floats
from benchmarks.evaluation.shop import shop_entry, time_of_visit_ms, visit_entry
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.asking import Asking, Panel
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.simulator import Simulator

PAGE_SIZE = 10
OWN_LISTS = 200
"""Lists for the chances under a policy with a fold of its own, which is asked once a place."""
CHAMPION = "champion"


@dataclass(frozen=True)
class Sizes:
    """How much is simulated.

    ``history`` visits before the first place, and ``between`` two; at each place ``lists`` of the
    champion, and ``truths`` of each policy, whose mean is its true value.
    """

    history: int = 4_000
    places: int = 250
    lists: int = 100
    between: int = 4
    truths: int = 40


@dataclass(frozen=True)
class Asked:
    """Lists of a champion, in order of the places.

    ``clicks``: the chance of a click by slot. ``in_list``: by policy, the chance of each item to
    be in a list. ``values``: by policy, its mean chance of a click on a list: the truth.
    """

    clicks: Floats
    in_list: dict[str, Floats]
    values: dict[str, float]


def ask(
    champion: EngineSettings,
    shared: Mapping[str, Policy],
    own: Mapping[str, EngineSettings],
    sizes: Sizes,
    seed: int,
    at: Callable[[int], None],
) -> Asked:
    """Serve a shop under ``champion``, and ask all policies about many lists at some places.

    ``shared`` policies answer from the champion's state; ``own`` ones learn the champion's log
    under their settings. ``at`` is called with the number of places that are done.
    """
    simulator, random = Simulator(seed), Random(f"{seed}:places")
    engine, others = Engine(champion), {name: Engine(settings) for name, settings in own.items()}
    for one in (engine, *others.values()):
        one.apply(shop_entry(simulator))
    askings = {CHAMPION: engine.asking(), **{n: engine.asking(p) for n, p in shared.items()}}
    others_asking = {name: other.asking() for name, other in others.items()}
    found: list[Asked] = []
    for visit in range(sizes.history + sizes.places * sizes.between):
        shopper = random.choice(simulator.shoppers)
        place, rest = divmod(visit - sizes.history, sizes.between)
        if place >= 0 and rest == 0:
            clicks = Clicks(simulator, shopper)
            who = _Place(shopper.visitor_id, time_of_visit_ms(visit), clicks)
            found.append(who.ask(Panel(engine, list(askings.values())), askings, others_asking,
                                 sizes))  # fmt: skip
            at(place + 1)
        entry, _ = visit_entry(engine, simulator, shopper, visit, PAGE_SIZE)
        for one in (engine, *others.values()):
            one.apply(entry)
    return _together(found)


@dataclass(frozen=True)
class _Place:
    """A place of the log: who asks, when, and what is clicked."""

    visitor_id: str
    now_ms: int
    clicks: Clicks

    def ask(
        self,
        panel: Panel,
        shared: Mapping[str, Asking],
        own: Mapping[str, Asking],
        sizes: Sizes,
    ) -> Asked:
        """Return the lists that the champion draws here, as each policy sees them."""
        shown, clicks, chances = [], [], []
        for number in range(sizes.lists):
            request = self._request(f"list {number}")
            ids = shared[CHAMPION].recommend(request, self.now_ms).item_ids
            shown.append(list(ids))
            clicks.append(self.clicks.chances(ids))
            together = panel.ask(request, ids, self.now_ms)
            chances.append([one.in_list for one in together if one is not None])
        in_list = dict(zip(shared, np.swapaxes(np.array(chances), 0, 1), strict=True))
        for name, asking in own.items():
            in_list[name] = self._in_list(asking, shown)
        values = {n: self._value(one, sizes.truths) for n, one in {**shared, **own}.items()}
        return Asked(np.array(clicks), in_list, values)

    def _in_list(self, asking: Asking, shown: list[list[str]]) -> Floats:
        every = sorted({item_id for ids in shown for item_id in ids})
        found = asking.chances(self._request("own"), every, self.now_ms, OWN_LISTS).in_list
        rows = {item_id: row for row, item_id in enumerate(every)}
        return np.array([[found[rows[item_id]] for item_id in ids] for ids in shown])

    def _value(self, asking: Asking, truths: int) -> float:
        """Return the mean chance of a click on a list that the policy draws here."""
        names = (f"truth {number}" for number in range(truths))
        lists = [asking.recommend(self._request(name), self.now_ms).item_ids for name in names]
        return float(np.mean([self.clicks.chances(ids).sum() for ids in lists]))

    def _request(self, name: str) -> RecommendRequest:
        name = f"{self.now_ms} {name}"
        return RecommendRequest(self.visitor_id, name, placement="home", page_size=PAGE_SIZE)


def _together(found: list[Asked]) -> Asked:
    names = list(found[0].in_list)
    return Asked(
        np.concatenate([one.clicks for one in found]),
        {name: np.concatenate([one.in_list[name] for one in found]) for name in names},
        {name: float(np.mean([one.values[name] for one in found])) for name in names},
    )
