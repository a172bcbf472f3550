"""An engine with an experiment of two arms, and what its visitors see and do."""

from dataclasses import replace

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentWrite,
    PolicyWrite,
)
from headwater_server.engine.messages.requests import RecommendRequest

BOLD = PolicyWrite("bold", '{"exploration_temperature": 5.0}')
ARMS = ExperimentArm("a"), ExperimentArm("b", "bold")
FIRST = Experiment("first", ARMS, visitors_planned=400)
ITEMS = tuple(f"i{n}" for n in range(6))


class Shop:
    """A shop whose clock moves on by a second with each entry."""

    def __init__(self, *experiments, engine=None):
        self.engine, self.now_ms, self._events = engine or Engine(), 1_000, 0
        if engine is None:
            self.does(*(ItemWrite(Item(item, title=item)) for item in ITEMS))
        if experiments:
            self.must(BOLD, *(ExperimentWrite(one) for one in experiments))

    def does(self, *operations):
        self.now_ms += 1_000
        return self.engine.apply(Entry(self.now_ms, operations))

    def must(self, *operations):
        outcomes = self.does(*operations)
        assert all(one.status is Status.CREATED for one in outcomes), outcomes

    def asks(self, visitor, user="", placement="home", name=""):
        request = RecommendRequest(
            visitor, name or f"r{self._events}", user_id=user, placement=placement, page_size=3
        )
        return self.engine.recommend(request, self.now_ms)

    def arm(self, visitor, user="", placement="home"):
        """Return the arm of the first experiment that answers, "" if none does."""
        arms = self.asks(visitor, user, placement).arms
        return arms[0].arm_id if arms else ""

    def event(self, kind, visitor, user="", item="i0", **more):
        self._events += 1
        items = () if kind == "impression" else (EventItem(item, **more),)
        return Event(f"e{self._events}", kind, visitor, user, items=items)

    def seen(self, visitor, user="", arms=None):
        """Return the report of a list that the visitor was shown, in the visitor's arms."""
        answer = self.asks(visitor, user)
        slate = Slate(
            answer.recommendation_id,
            answer.policy,
            "home",
            tuple(answer.item_ids),
            tuple(answer.propensities.tolist()),
            arms=answer.arms if arms is None else tuple(Arm("first", arm) for arm in arms),
        )
        return replace(self.event("impression", visitor, user), slate=slate)

    def sees(self, visitor, user="", arms=None):
        self.must(self.seen(visitor, user, arms))

    def acts(self, visitor, user="", kind="click", **more):
        self.must(self.event(kind, visitor, user, **more))

    def report(self, name="first"):
        return self.engine.lookups.experiment_report(name)

    def metric(self, arm, name):
        """Return the sum of a metric over an arm's visitors."""
        found = next(one for one in self.report().arms if one.arm_id == arm)
        mean = next(one.mean for one in found.metrics if one.metric == name)
        return found.visitors * (mean or 0.0)

    def visitors(self):
        return {arm.arm_id: arm.visitors for arm in self.report().arms}

    def restarted(self):
        """Return the same shop after a restart from a snapshot."""
        again = Shop(engine=Engine.restore(self.engine.capture()))
        again.now_ms, again._events = self.now_ms, self._events
        return again

    def one_of(self, arm, but=()):
        """Return a visitor who is, or would be, in an arm."""
        names = (f"v{n}" for n in range(1_000))
        return next(name for name in names if name not in but and self.arm(name) == arm)
