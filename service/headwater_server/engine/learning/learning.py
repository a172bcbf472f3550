"""Learning from interactions with items: ranker first, then the counts; many in one kernel."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.learning.acts import ACT, FOUND, NOT_ASKED, OWN_ONLY, RUN_MAX, Acts
from headwater_server.engine.learning.begun import Begun
from headwater_server.engine.learning.challengers import HIT_RATE, Challengers, is_hit
from headwater_server.engine.learning.choices import choice
from headwater_server.engine.learning.counting import Reached
from headwater_server.engine.learning.recording import MEASURE_EVENTS
from headwater_server.engine.learning.repeated import part_for_others
from headwater_server.engine.learning.run import Ranked, is_ranked, learn_acts
from headwater_server.engine.measures.drift import Drift, DriftAlarm
from headwater_server.engine.measures.metrics import ProgressiveValidation
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.holding import Holding
from headwater_server.engine.ranking.ranking import Ranking
from headwater_server.engine.retrieval.gathering import Visitor
from headwater_server.engine.retrieval.popular import REFRESH_EVENTS
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.reading import read_history
from headwater_server.engine.visitors.visitors import History, Visitors
from headwater_server.models.popularity.strangers import learn_stranger
from headwater_server.models.ranker.ranker import ListwiseRanker

WARM_UP_EVENTS = 20_000
"""The ranker learns from each of the first interactions, whatever ``ranker_every`` is."""
_NO_ACTS = np.zeros(0, dtype=ACT)
Steps = Generator[None, None, None]


class Learning:
    """Updates the models, with the same retrieval and features as a recommendation."""

    def __init__(
        self,
        models: Models,
        catalogue: Catalogue,
        visitors: Visitors,
        retriever: Retriever,
        ranking: Ranking,
        holding: Holding,
        progress: ProgressiveValidation,
        drift: Drift,
    ) -> None:
        self.models = models
        self.catalogue = catalogue
        self.visitors = visitors
        self.retriever = retriever
        self.ranking = ranking
        self.holding = holding
        self.progress = progress
        self.drift = drift
        self.challengers = Challengers(models, progress)
        self.settings = EngineSettings()
        self.acts = Acts()
        self.ranks: list[int] = []
        """Of the acts that were asked about, in order; who asks takes them away."""
        self.is_full = False
        """Whether the acts that wait must be learned before another one comes."""
        self._room = RUN_MAX
        self._begun: Begun | None = None
        self._pairs = models.next_item, models.companions, models.circumstances, models.words

    @property
    def is_kernel(self) -> bool:
        """Whether the ranker's steps are a kernel."""
        return isinstance(self.models.ranker, ListwiseRanker)

    def add(
        self, known: tuple[Any, ...], asked: NDArray[np.int32], named: NDArray[np.int32]
    ) -> None:
        """Let an act wait for `learning`; ``asked`` and ``named`` are rows of circumstances."""
        if not self.acts.count:
            self._room = self._room_of_run()
        self.acts.add(known, asked, named)
        self.is_full = self.acts.count >= self._room

    def room(self) -> int:
        """Return how many more acts may wait; before any is written into ``acts.adding()``."""
        if not self.acts.count:
            self._room = self._room_of_run()
        return self._room - self.acts.count

    def added(self, count: int) -> None:
        """Let so many acts wait that were written there, within `room`."""
        self.acts.added(count)
        self.is_full = self.acts.count >= self._room

    def _room_of_run(self) -> int:
        """Return after how many acts something may have to be done between two of them."""
        models = self.models
        if not self.is_kernel:
            return 1
        return min(
            RUN_MAX,
            REFRESH_EVENTS - models.activity.events % REFRESH_EVENTS,
            *(model.steps_left for model in self._pairs),
        )

    def learning(self) -> Steps:
        """Learn the acts that wait, in order, in steps; the last may raise an alarm."""
        first, count, had_room = 0, self.acts.count, True
        acts = self.acts.table() if count else _NO_ACTS
        while first < count:
            stop = first + _turns_end(acts["row"][first:], self.drift.checked_in)
            done = self._learn(acts[:stop], first, is_new=had_room)
            if not (done or had_room):
                raise RuntimeError("an act finds no room, although room was made for it")
            first, had_room = first + done, done > 0
            if first == stop:
                continue
            if acts["barred"][first] != NOT_ASKED:
                acts["rank"][first], acts["barred"][first] = self.acts.questions[first](), NOT_ASKED
                had_room = True
            else:
                yield from self._making_room()
        self._settle(count)
        if acts["is_counted"].any() and self.models.activity.events % REFRESH_EVENTS == 0:
            # only here: see `_room_of_run`
            self.retriever.popular.refresh(len(self.catalogue.ids))
        self.ranks += [int(acts["rank"][place]) for place in self.acts.questions]
        self.acts.clear()
        self.is_full = False

    def _making_room(self) -> Steps:
        yield from self.visitors.histories.reserving()
        yield from self.models.making_room()
        self.models.words.reserve_words()

    def _learn(self, table: NDArray[Any], first: int, *, is_new: bool) -> int:
        """Learn acts from the ``first`` on; return how many there was room for.

        ``is_new``: the first one was not tried before. A ranker that is no kernel learned it then.
        If all were learned and nothing else is to be done, the next ones go on from there.
        """
        acts = table[first:]
        if is_new and not self.is_kernel:
            self._step_of_other(acts[0], self.acts.circumstances[first])
        begun = self._begun = self._begun or self._begin(first)
        done, found = learn_acts(
            acts,
            self.acts.circumstances[first : len(table)],
            *begun.given,
            begun.reached,
            self._ranked(),
            self.challengers.recorded(),
        )
        if self.is_kernel:
            self.challengers.learn_run(acts[:done])
        begun.reached = Reached(*found)
        alarms = self._alarms(acts[:done])
        if alarms or done < len(acts) or not self.is_kernel:
            self._settle(first + done)
        for alarm in alarms:
            if alarm.worse:
                # what the models counted before fades: they predict worse
                self.models.fade(self.settings.drift_fading)
        return int(done)

    def _begin(self, first: int) -> Begun:
        return Begun(first, self.holding.begin(requests=1 + self.acts.count - first))

    def _settle(self, stop: int) -> None:
        """Pass on to everything else what was learned since `_begin`, up to act ``stop``.

        Until then the arrays are ahead of the numbers beside them. It takes as long for one act as
        for many, so it waits until something reads these numbers.
        """
        begun, self._begun = self._begun, None
        if begun is not None:
            self._go_on(begun.reached)
            self._note_all(self.acts.table()[begun.first : stop])

    def _ranked(self) -> Ranked:
        settings = self.settings
        return Ranked(self.is_kernel, WARM_UP_EVENTS, settings.ranker_every, settings.seed)

    def _go_on(self, reached: Reached) -> None:
        """Move the models on, after a run that has changed their arrays."""
        models, counted = self.models, reached.counted
        if not counted:
            return
        models.next_item.advance(counted)
        models.companions.advance(counted)
        models.circumstances.advance(counted)
        models.words.advance(reached.mass, counted)
        models.activity.advance(reached.repeat_rate, counted)
        models.by_event.go_on(reached.by_event)
        models.by_day.go_on(reached.by_day)
        models.starts.go_on(reached.starts)
        if reached.steps:
            models.ranker.advance(reached.steps)

    def _note_all(self, acts: NDArray[Any]) -> None:
        """Note what was found out of acts, before another is asked about."""
        are = acts["is_counted"]
        items = acts["item"][are]
        if not len(items):
            return
        self.retriever.popular.counted.note_all(items)
        self.models.sales.act_all(items, acts["weight"][are])
        for hit in acts["hit"][are].tolist():
            if hit >= 0:
                self.progress.observe(HIT_RATE, float(hit))

    def _alarms(self, acts: NDArray[Any]) -> list[DriftAlarm]:
        """Watch the losses of acts for a drift, before another act is learned."""
        are = acts["choices"] >= 0
        return self.drift.observe_all(*(acts[name][are].tolist() for name in FOUND))

    def _step_of_other(self, act: Any, circumstances: NDArray[np.int32]) -> None:
        """Let a ranker that is no kernel learn an act, before it is counted.

        Experts for strangers learn only beside a `ListwiseRanker`: another one orders alone.
        """
        events = self.models.activity.events
        table, profiles, gap_s = self.visitors.sessions
        who, item = (int(act["visitor"]), int(act["account"])), int(act["item"])
        args = float(act["seconds"]), int(act["session"]), gap_s, True
        history = History(*read_history(table, profiles, who, *args))
        weight = float(act["weight"])
        part = weight * part_for_others(table, act)
        counts = part > OWN_ONLY and item != history.latest
        if not (counts and is_ranked(events, WARM_UP_EVENTS, self.settings.ranker_every)):
            return
        asked = circumstances[0][: act["asked"]]
        tables, shown_at = self.retriever.begin(), self.catalogue.shown_at(int(act["time_ms"]))
        statistics = self.ranking.statistics(history)
        given = tables, statistics, Visitor(*history[:5], asked), shown_at
        candidates, drawn, features, context = choice(*given, item, self.settings.seed, events)
        if events % MEASURE_EVENTS == 0:
            act["hit"] = self._measured(history, candidates, item)
        act["choices"] = len(drawn)
        if len(drawn):
            if len(history.items) == 0 and isinstance(self.models.ranker, ListwiseRanker):
                own = self.ranking.score(self.ranking.describe(history, drawn))
                learn_stranger(self.models.strangers.counted, drawn, own, part)
            chosen = np.zeros(len(drawn), dtype=np.float32)
            chosen[0] = 1.0
            learn = self.models.ranker.learn_many
            act["loss"] = learn(features.T, context, drawn, chosen, outside=False, weight=weight)
            self.challengers.learn(features.T, context, drawn, weight)

    def _measured(self, history: History, candidates: NDArray[np.int32], item: int) -> bool:
        """Return whether the best list would have contained the chosen item."""
        described = self.ranking.describe(history, candidates)
        self.challengers.measure(described.rows, described.context, candidates, item)
        return is_hit(self.ranking.score(described), candidates, item)

    def learn_refusal(self, history: History, item: int, weight: float) -> None:
        """Learn that a visitor refused ``item``; ``weight`` 1: wholly."""
        items = np.array([item], dtype=np.int32)
        _, rows, context = self.ranking.given(history, items)
        self.learn_slate(rows, context, items, np.zeros(1, dtype=np.float32), weight)

    def learn_slate(
        self,
        rows: NDArray[np.float32],
        context: NDArray[np.float32],
        items: NDArray[np.int32],
        acted: NDArray[np.float32],
        weight: float = 1.0,
    ) -> None:
        """Learn from a seen slate: how much of an act, 0 to 1, each item had."""
        self.models.ranker.learn_many(rows, context, items, acted, outside=True, weight=weight)
        self.challengers.learn_slate(rows, context, items, acted, weight)


def _turns_end(rows: NDArray[np.int64], turns: int) -> int:
    """Return how many acts there are until it is so often another visitor's turn, or all.

    The first act counts as another visitor's: the one before it is not known here.

    >>> _turns_end(np.array([4, 4, 7, 7, 4]), turns=2)
    3
    """
    if len(rows) < turns:
        return len(rows)
    begins = [0, *((rows[1:] != rows[:-1]).nonzero()[0] + 1).tolist()]
    return len(rows) if len(begins) < turns else begins[turns - 1] + 1
