"""Simulated shoppers served and heard, as the demo does it, in one process and without a clock."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.calibration.figures import Predicted
from benchmarks.calibration.truth import true_chances
from headwater_server.cli.demo.crowd import SimulatedArrival, SimulatedCrowd
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.simulator import Act, Visit

PLACEMENT = "home"
VISIT_MS = 60_000
_START_MS = 1_000_000


class PredictedShop:
    """Serves a crowd; keeps the prediction for each slot that was seen, and what happened.

    An act counts for a slot if the visitor does it within the attribution window of the report,
    in this visit or in another; with a window shorter than the time between two visits, the true
    chance is that of one visit.
    """

    def __init__(self, seed: int, settings: EngineSettings) -> None:
        self.crowd = SimulatedCrowd(seed)
        self.engine = Engine(settings)
        self._window_ms = settings.attribution_window_minutes * 60_000
        self._rows: list[list[float]] = []
        self._open: list[tuple[float, str, str, int]] = []
        self._now_ms = _START_MS
        writes = [
            ItemWrite(Item(i.item_id, title=i.title, categories=tuple(i.categories), price=i.price))
            for i in self.crowd.items
        ]
        self.engine.apply(Entry(self._now_ms, tuple(writes)))

    def serve(self, visits: int) -> Iterator[int]:
        """Serve so many visits; yield the number of each."""
        arrivals = self.crowd.arrivals()
        for number in range(visits):
            self._serve(str(number), next(arrivals))
            yield number

    def predicted(self) -> Predicted:
        """Return the predictions since the first slate with probabilities."""
        rows = np.array(self._rows)
        chance, acted, item, low, high, truth = rows.T
        return Predicted(chance, acted > 0, item.astype(np.int64), low, high, truth)

    def _serve(self, name: str, arrival: SimulatedArrival) -> None:
        self._now_ms += VISIT_MS
        request = RecommendRequest(arrival.visitor_id, name, placement=PLACEMENT, explain=True)
        answer = self.engine.recommend(request, self._now_ms)
        shown = [result.item_id for result in answer.results]
        truths = true_chances(arrival.simulator, arrival.shopper, shown)
        visit = arrival.look(shown)
        self._note(arrival.visitor_id, answer, visit, truths)
        events = tuple(_events(name, arrival.visitor_id, answer, visit))
        if events:
            self.engine.apply(Entry(self._now_ms, events))

    def _note(
        self, visitor_id: str, answer: Recommendation, visit: Visit, truths: list[float]
    ) -> None:
        closes_ms = self._now_ms + self._window_ms
        self._open = [slot for slot in self._open if slot[0] > self._now_ms]
        for result, truth in zip(answer.results[: len(visit.seen)], truths, strict=False):
            if result.probability is not None:
                self._open.append((closes_ms, visitor_id, result.item_id, len(self._rows)))
                item = self.engine.parts.catalogue.number(result.item_id)
                low, high = result.probability_low or 0.0, result.probability_high or 0.0
                self._rows.append([result.probability, 0.0, item or 0, low, high, truth])
        for act in visit.acts:
            for _, visitor, item_id, row in self._open:
                if (visitor, item_id) == (visitor_id, act.item_id):
                    self._rows[row][1] = 1.0


def _events(name: str, visitor_id: str, answer: Recommendation, visit: Visit) -> Iterator[Event]:
    items = tuple(result.item_id for result in answer.results)
    chances = tuple(result.propensity for result in answer.results)
    slate = Slate(name, answer.policy, PLACEMENT, items, chances)
    if visit.seen:
        seen = tuple(EventItem(item_id) for item_id in visit.seen)
        yield Event(f"{name}-seen", "impression", visitor_id, items=seen, slate=slate)
    for place, act in enumerate(visit.acts):
        yield _act(f"{name}-{place}", visitor_id, act, slate)


def _act(event_id: str, visitor_id: str, act: Act, slate: Slate) -> Event:
    return Event(
        event_id,
        act.event_type,
        visitor_id,
        items=(EventItem(act.item_id),),
        position=act.position,
        slate=slate if act.position else None,
    )
