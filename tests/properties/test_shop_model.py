"""The real engine beside a model of a shop: no list contains a forbidden item."""

from __future__ import annotations

import math

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from headwater_server.engine.engine import Engine
from headwater_server.engine.exploration.bandit import applies, drawing_settings
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemDelete,
    ItemWrite,
    UserWrite,
    VisitorUnlink,
)
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

from .shop_model import HIDE_DAYS, ShopModel, any_of
from .shop_strategies import (
    ACCOUNTS,
    FILTERS,
    IDS,
    LABELS,
    LATE,
    LATER,
    MINUTE_MS,
    SET_TIMES,
    SOME,
    VISITORS,
    WRITES,
)


def text_of(wanted):
    return "" if wanted is None else wanted.text


class Shop(RuleBasedStateMachine):
    """Each change goes to both; each answer of the engine is compared with the model."""

    @initialize()
    def open_shop(self):
        self.engine = Engine(EngineSettings(hide_days=HIDE_DAYS))
        self.model = ShopModel()
        self.clock_ms, self.events = 1, 0

    def _apply(self, *operations):
        outcomes = self.engine.apply(Entry(self.clock_ms, operations))
        return [outcome.status is Status.CREATED for outcome in outcomes]

    @rule(by_ms=st.integers(1, 30 * MINUTE_MS))
    def time_passes(self, by_ms):
        self.clock_ms += by_ms

    @rule(writes=st.lists(WRITES, min_size=1, max_size=4))
    def write(self, writes):
        expected = [self.model.write(write, self.clock_ms) for write in writes]
        assert self._apply(*writes) == expected

    @rule(item_id=st.sampled_from(IDS), set_ms=SET_TIMES)
    def delete(self, item_id, set_ms):
        delete = ItemDelete(item_id, set_ms)
        assert self._apply(delete) == [self.model.delete(delete, self.clock_ms)]

    @rule(item_id=st.sampled_from(IDS), available=st.booleans())
    def stock(self, item_id, available):
        write = ItemWrite(Item(item_id, available=available), ("available",))
        assert self._apply(write) == [self.model.write(write, self.clock_ms)]

    @rule(
        kind=st.sampled_from(("click", "view", "purchase", "dislike", "return")),
        visitor=st.sampled_from(VISITORS),
        user=st.sampled_from(ACCOUNTS),
        item_ids=st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True),
        late_ms=LATE,
    )
    def act(self, kind, visitor, user, item_ids, late_ms):
        items = tuple(map(EventItem, item_ids))
        time_ms = self._send(kind, visitor, user, late_ms, items=items)
        for item_id in item_ids:
            self.model.act(kind, visitor, user, item_id, time_ms)
        for asked in (("", visitor), (user or "home", "")):
            found = self.engine.lookups.get_user(*asked)
            times = [one.time_ms for one in found.history] if found else []
            assert times == sorted(times, reverse=True)

    def _send(self, kind, visitor, user, late_ms, items=()):
        """Apply an event that comes so much later than it happened; return its own time."""
        self.events += 1
        time_ms = self.clock_ms - late_ms
        event = Event(
            f"e{self.events}", kind, visitor, user_id=user, items=items,
            event_time_ms=time_ms if late_ms else None,
        )  # fmt: skip
        assert self._apply(event) == [True]
        return time_ms

    @rule(visitor=st.sampled_from(VISITORS), user=st.sampled_from(ACCOUNTS), late_ms=LATE)
    def log_out(self, visitor, user, late_ms):
        time_ms = self._send("logout", visitor, user, late_ms)
        self.model.log_out(visitor, user, time_ms)

    @rule(visitor=st.sampled_from(VISITORS))
    def unlink(self, visitor):
        assert self._apply(VisitorUnlink(visitor)) == [True]
        self.model.log_out(visitor, "", self.clock_ms)

    @invariant()
    def links_are_those_of_the_model(self):
        if hasattr(self, "engine"):
            for visitor in VISITORS:
                account = self.engine.parts.visitors.account_of(visitor)
                assert account == self.model.links.get(visitor, "")

    @rule(user=st.sampled_from(ACCOUNTS[2:]), segment=st.sampled_from(("vip", "new")))
    def describe_account(self, user, segment):
        assert self._apply(UserWrite(user, (("segment", segment),))) == [True]

    @rule()
    def restart(self):
        before = self.engine.digest()
        self.engine = Engine.restore(self.engine.capture())
        assert self.engine.digest() == before

    @rule(
        visitor=st.sampled_from((*VISITORS, "stranger")),
        user=st.sampled_from(ACCOUNTS),
        wanted=FILTERS,
        excluded=SOME,
        context=SOME,
        size=st.sampled_from((3, 100)),
        later_ms=LATER,
        explore=st.booleans(),
    )
    def recommend(self, visitor, user, wanted, excluded, context, size, later_ms, explore):
        before, now_ms = self.engine.digest(), self.clock_ms + later_ms
        request = RecommendRequest(
            visitor, "r", user_id=user, page_size=size, exclude_item_ids=excluded,
            context_item_ids=context, filter=text_of(wanted), explore=explore,
        )  # fmt: skip
        results = self.engine.recommend(request, now_ms).results
        ids = [result.item_id for result in results]
        left_out = {*excluded, *context} | self.model.hidden_from(visitor, user, now_ms)
        allowed = self.model.shown(now_ms, wanted) - left_out
        assert len(ids) == len(set(ids)) <= size
        assert set(ids) <= allowed
        # own items may be left out for what was done last; everything else has its place
        needed = allowed - self.model.own(visitor, user)
        assert len(ids) >= min(size, len(needed))
        if size >= len(allowed):
            assert needed <= set(ids)
            self._check_propensities(results, results, explore=explore)
        assert self.engine.digest() == before

    @rule(
        visitor=st.sampled_from(VISITORS),
        wanted=FILTERS,
        excluded=SOME,
        candidates=st.lists(st.sampled_from((*IDS, "unknown")), min_size=1).map(tuple),
        size=st.integers(1, 6),
        explore=st.booleans(),
    )
    def rank_candidates(self, visitor, wanted, excluded, candidates, size, explore):
        now_ms = self.clock_ms
        request = RecommendRequest(
            visitor, "r7", page_size=size, exclude_item_ids=excluded,
            candidate_item_ids=candidates, filter=text_of(wanted), explore=explore,
        )  # fmt: skip
        results = self.engine.recommend(request, now_ms).results
        ids = [result.item_id for result in results]
        hidden = self.model.hidden_from(visitor, "", now_ms)
        allowed = self.model.shown(now_ms, wanted) & set(candidates) - hidden - set(excluded)
        if wanted is None:  # an unknown item passes no filter, but may be ranked
            allowed |= set(candidates) - self.model.seen_ids - set(excluded)
        assert len(ids) == len(set(ids)) == min(size, len(allowed))
        assert set(ids) <= allowed
        choice = applies(request, self.engine.settings)  # the bandit's: its scores are its chances
        whole = RecommendRequest(
            visitor, "r7", candidate_item_ids=tuple(allowed), page_size=100,
            explore=explore and choice, first_slot=choice,
        )  # fmt: skip
        scored = self.engine.recommend(whole, now_ms).results if allowed else ()
        assert {result.item_id for result in scored} == allowed
        self._check_propensities(results, scored, explore=explore, choice=choice)

    def _check_propensities(self, results, scored, *, explore, choice=False):
        """Recompute each slot's chances over all that is allowed there: they sum to one."""
        left = {result.item_id: result.score for result in scored}
        settings = self.engine.settings
        rules = drawing_settings(settings) if choice else settings
        for result in results:
            assert math.isfinite(result.score)
            top = max(left.values())
            weights = {
                item: math.exp((score - top) / rules.exploration_temperature)
                for item, score in left.items()
            }
            even = rules.exploration_epsilon / len(left)
            share = (1 - rules.exploration_epsilon) / sum(weights.values())
            chances = {item: share * weight + even for item, weight in weights.items()}
            assert sum(chances.values()) == pytest.approx(1.0)
            expected = chances[result.item_id] if explore else 1.0
            assert result.propensity == pytest.approx(expected, rel=1e-6)
            assert explore or result.score == pytest.approx(top)
            del left[result.item_id]

    @rule(
        item_ids=st.lists(st.sampled_from((*IDS, "unknown")), min_size=1, max_size=3),
        wanted=FILTERS,
        later_ms=LATER,
    )
    def list_similar(self, item_ids, wanted, later_ms):
        now_ms = self.clock_ms + later_ms
        found = self.engine.lookups.list_similar_items(item_ids, 20, text_of(wanted), now_ms)
        self._check_list(found, self.model.shown(now_ms, wanted) - set(item_ids))

    @rule(
        category=st.sampled_from(("", *LABELS)),
        window=st.sampled_from(("", "hour", "day", "week")),
        wanted=FILTERS,
        later_ms=LATER,
    )
    def list_trending(self, category, window, wanted, later_ms):
        now_ms = self.clock_ms + later_ms
        found = self.engine.lookups.list_trending_items(
            category, window, 20, text_of(wanted), now_ms
        )
        allowed = self.model.shown(now_ms, wanted)
        if category:
            of_it = any_of("categories", [category])
            allowed &= self.model.shown(now_ms, of_it)
        self._check_list(found, allowed)

    def _check_list(self, found, allowed):
        ids = [one.item_id for one in found]
        scores = [one.score for one in found]
        assert len(ids) == len(set(ids))
        assert set(ids) <= allowed
        assert all(map(math.isfinite, scores))
        assert scores == sorted(scores, reverse=True)

    @rule(after=st.sampled_from(("", *IDS)), size=st.integers(1, 14), wanted=FILTERS)
    def list_items(self, after, size, wanted):
        found = self.engine.lookups.list_items(after, size, text_of(wanted))
        assert found == self.model.listed(after, wanted)[:size]

    @invariant()
    def the_catalogue_is_what_was_said(self):
        if hasattr(self, "engine"):
            found = {item_id: self.engine.lookups.get_item(item_id) for item_id in IDS}
            assert {i: item for i, item in found.items() if item} == self.model.items


TestShop = Shop.TestCase
TestShop.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_a_filter_holds_in_a_shop_that_grows_by_interactions():
    """Items that only events name make the arrays longer; a filter asked before still works."""
    engine = Engine()
    engine.apply(Entry(1, (ItemWrite(Item("cheap", price=3.0)),)))
    request = RecommendRequest("ann", "r", filter="price < 5")
    for round_number in range(3):
        assert [r.item_id for r in engine.recommend(request, 5).results] == ["cheap"]
        assert engine.lookups.list_trending_items("", "day", 5, "price < 5", 5) == ()
        assert [item.item_id for item in engine.lookups.list_items("", 5, "price < 5")] == ["cheap"]
        events = [
            Event(f"e{n}", "view", f"v{n % 5}", items=(EventItem(f"{round_number} {n}"),))
            for n in range(round_number * 1000, round_number * 1000 + 900)
        ]
        engine.apply(Entry(2, tuple(events)))
