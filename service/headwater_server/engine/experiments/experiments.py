"""All policies and experiments of a catalogue: who is in which arm, exposures, acts, looks."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from headwater_server.engine.experiments.assignments import (
    Asking,
    Assigned,
    Assignment,
    UnderArms,
)
from headwater_server.engine.experiments.comparing import ALARM, crossed, evidence_of_ratio
from headwater_server.engine.experiments.counts.acts import act_of
from headwater_server.engine.experiments.counts.days import DAYS_MAX
from headwater_server.engine.experiments.counts.together import TogetherActs, let_wait
from headwater_server.engine.experiments.counts.waiting import Waiting
from headwater_server.engine.experiments.kept_policies import KeptPolicies
from headwater_server.engine.experiments.running import FOREVER_MS, Running
from headwater_server.engine.experiments.units import Buckets, Range
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import PURCHASE
from headwater_server.engine.reranking.answer_settings import AnswerSettings
from headwater_server.engine.setting_values.shop_days import day_at

LOOK_EVENTS = 1_000
"""Guard rails are looked at each time so many more events were learned."""
Steps = Generator[None, None, None]


class Experiments:
    """The state of all of them; in the digest."""

    def __init__(self) -> None:
        self.policies = KeptPolicies()
        self.by_id: dict[str, Running] = {}
        self.active: tuple[Running, ...] = ()
        self._layers: tuple[tuple[Buckets, tuple[Running, ...]], ...] = ()
        self._under_arms = UnderArms()
        self._waiting, self._spare = Waiting(), Waiting()
        self._day = self._offset_ms = 0
        self._days_max = DAYS_MAX

    def adopt(self, offset_ms: int, days_max: int) -> None:
        """Go on with days that begin so long before UTC's, and keep at most so many."""
        self.settle()
        self._offset_ms, self._days_max = offset_ms, days_max
        for running in self.by_id.values():
            running.days.most = self._days_max

    def _turn_to(self, now_ms: int) -> None:
        """Go on with the day of now; the acts that wait are all of one day."""
        day = day_at(now_ms, self._offset_ms)
        if day != self._day:
            self.settle()
            self._day = day

    def is_one_day(self, first_ms: int, last_ms: int) -> bool:
        """Whether both times are of the same day."""
        return day_at(first_ms, self._offset_ms) == day_at(last_ms, self._offset_ms)

    @property
    def is_used(self) -> bool:
        """Whether anything was written."""
        return bool(self.by_id or len(self.policies) or self.policies.promoted)

    # --- a request: pure reads --------------------------------------------------------------------

    def assigned(self, visitor: str, account: str, placement: str, now_ms: int) -> list[Assigned]:
        """Return the arms of a visitor, also closed ones; ``placement`` "" is any.

        The keys are as `Visitors.profiles_of` gives them.
        """
        if self._waiting.may_join:
            self.settle()
        found = []
        for buckets, layer in self._layers:
            unit = layer[0].unit(visitor, account)
            if not unit:
                continue
            bucket = 0 if layer[0].has_all else buckets.of(unit)
            for running in layer:
                if running.is_open(now_ms) and running.is_at(placement):
                    arm = running.arm_of(visitor, account, unit, bucket)
                    if arm >= 0:
                        found.append(Assigned(running, arm))
        return found

    def assignment(
        self, profiles: tuple[str, str], placement: str, now_ms: int, in_force: AnswerSettings
    ) -> Assignment:
        """Return the arms that an answer names, and the settings that it is made under."""
        return self.assignments([(*profiles, placement)], now_ms, in_force)[0]

    def assignments(
        self, asking: Sequence[Asking], now_ms: int, in_force: AnswerSettings
    ) -> list[Assignment]:
        """Return the same of each who asks, in less time than one by one."""
        if self._waiting.may_join:
            self.settle()
        return self._under_arms.assignments(asking, now_ms, in_force, self.assigned)

    def _begin(self) -> None:
        """Answer by experiments that have changed from here on."""
        times = (time_ms for one in self.active for time_ms in one.times_ms)
        self._under_arms.begin(one for one in times if 0 < one < FOREVER_MS)

    # --- events: part of the fold -----------------------------------------------------------------

    def exposing(
        self, event: Event, profiles: tuple[str, str], past: tuple[float, float], now_ms: int
    ) -> Steps:
        """Count a reported impression for the arms that its slate carries."""
        yield from self.counting()
        self._turn_to(now_ms)
        for one in event.slate.arms if event.slate else ():
            running = self.by_id.get(one.experiment_id)
            if running is None or not running.is_open(now_ms):
                continue
            arms = [arm.arm_id for arm in running.experiment.arms]
            if one.arm_id in arms:
                was_full = running.is_full
                arm = arms.index(one.arm_id)
                if (yield from running.exposing(*profiles, arm, past, now_ms, self._day)):
                    self._under_arms.kept.changed(*profiles)
                if running.is_full is not was_full:
                    self._under_arms.kept.clear()

    def add(
        self, event: Event, profiles: tuple[str, str], name: str, reward: float, now_ms: int
    ) -> None:
        """Let an act wait, to be counted before anything reads it; ``name``: its canonical type."""
        if reward or name == PURCHASE:
            self._turn_to(now_ms)
            self._with_room().add(profiles, act_of(event, name, reward), now_ms)

    def add_all(self, acts: TogetherActs) -> None:
        """Do the same for acts of one day by visitors without an account."""
        self._turn_to(int(acts.times_ms[0]))
        let_wait(acts, self._with_room)

    def _with_room(self) -> Waiting:
        """Return what acts wait in, with room for another one; `counting` takes another list."""
        if self._waiting.is_full:
            self.settle()
        return self._waiting

    def listed(
        self, profiles: tuple[str, str], now_ms: int, placement: str, slots: int, clicks: int
    ) -> None:
        """Count seen slots of a placement's lists, or clicks on them, for its hold-outs."""
        self._turn_to(now_ms)
        if self._waiting.may_join:
            self.settle()
        for running in self.active:
            if running.is_open(now_ms) and running.is_at(placement):
                running.noting(profiles, slots, clicks, self._day)

    def counting(self) -> Steps:
        """Count the acts that wait, in order, for each experiment that they are exposed in.

        They wait no longer from the first step on, so a read between two steps, which settles what
        waits, counts none of them again: until the last step it sees less of them.
        """
        waiting = self._waiting
        if not waiting:
            return
        self._waiting, self._spare = self._spare, waiting
        columns = waiting.columns()
        for running in self.active:
            for profiles in (yield from running.counting(waiting, columns, self._day)):
                self._under_arms.kept.changed(*profiles)
        waiting.clear()

    def settle(self) -> None:
        """Count the acts that wait, at once."""
        for _ in self.counting():
            pass

    def is_looked_at(self, events_learned: int) -> bool:
        """Whether it is time for `looking`."""
        return events_learned % LOOK_EVENTS == 0

    def before_look(self, events_learned: int) -> int:
        """Return how many more events can be learned before the one after which it looks."""
        return LOOK_EVENTS - 1 - events_learned % LOOK_EVENTS

    def looking(self, now_ms: int) -> Steps:
        """Look at all experiments: caps, sample ratio, guard rails."""
        yield from self.counting()
        for running in self.active:
            if not running.is_open(now_ms):
                yield from self._ending(running, now_ms)
                continue
            yield from running.capping()
            running.looks.note(now_ms, running.sums.rows)
            if evidence_of_ratio(running) >= ALARM:
                running.ratio_alarm = True
            for arm in range(1, len(running.experiment.arms)):
                if arm not in running.closed and (metric := crossed(running, arm)):
                    self.close(running, arm, now_ms, f"guard rail crossed: {metric}", metric)
                    yield
            yield from self.ending_without_arms(running, now_ms)

    def _ending(self, running: Running, now_ms: int) -> Steps:
        if running.is_over(now_ms):
            yield from self.stopping(running, running.experiment.end_time_ms, "end_time has come")

    def close(
        self, running: Running, arm: int, time_ms: int, reason: str, metric: str = ""
    ) -> None:
        """Close an arm: who is in it gets control."""
        running.close(arm, time_ms, reason, metric)
        self._begin()

    def ending_without_arms(self, running: Running, now_ms: int) -> Steps:
        """End an experiment in which control alone is open."""
        others = range(1, len(running.experiment.arms))
        if not running.stop_ms and all(arm in running.closed for arm in others):
            yield from self.stopping(running, now_ms, "all other arms are closed")

    def stopping(self, running: Running, time_ms: int, reason: str, winner: str = "") -> Steps:
        """End an experiment, in steps: its sums are under the caps of all that was counted."""
        yield from running.capping(again=True)
        running.stop(time_ms, reason, winner)
        self.index()

    # --- changes ----------------------------------------------------------------------------------

    def put(self, running: Running) -> None:
        """Keep an experiment."""
        running.days.most = self._days_max
        self.by_id[running.experiment.experiment_id] = running
        self.index()

    def index(self) -> None:
        """Find again which ones are active, by layer: that is no state of its own."""
        self.active = tuple(one for one in self.by_id.values() if not one.stop_ms)
        layers: dict[str, list[Running]] = {}
        for one in self.active:
            layers.setdefault(one.experiment.layer, []).append(one)
        self._layers = tuple((Buckets(name), tuple(each)) for name, each in layers.items())
        self._begin()

    def taken(self, layer: str, now_ms: int, *, without: str) -> list[Range]:
        """Return the ranges of a layer that experiments hold which are not over."""
        return [
            one
            for running in self.unfinished(now_ms, without=without)
            if running.experiment.layer == layer
            for one in running.ranges
        ]

    def unfinished(self, now_ms: int, *, without: str = "") -> list[Running]:
        """Return the experiments that are not stopped, and whose end has not come."""
        return [
            one
            for one in self.active
            if one.experiment.experiment_id != without and not one.is_over(now_ms)
        ]

    def forget(self, profile: str) -> None:
        """Forget a person's rows in all experiments."""
        self.settle()
        for running in self.active:
            running.forget(profile)
        self._under_arms.kept.clear()

    def state(self) -> dict[str, Any]:
        """Return policies and experiments, in the order in which they were written."""
        self.settle()
        experiments = [running.state() for running in self.by_id.values()]
        return {"policies": self.policies.state(), "experiments": experiments}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.policies.load(state["policies"])
        self.by_id = {}
        for one in map(Running.loaded, state["experiments"]):
            self.put(one)
