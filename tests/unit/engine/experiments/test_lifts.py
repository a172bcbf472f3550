"""The lift of a hold-out, of all time and of some days: equal to a recount in plain Python."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.experiments.counts.groups import GROUPS, group_of
from headwater_server.engine.experiments.lift.reports import (
    BEFORE,
    NOT_KEPT,
    NOT_YET,
    OVER,
    RUNNING,
    Days,
)
from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentStop,
    ExperimentWrite,
)
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.rules import RuleWrite
from headwater_server.engine.settings import EngineSettings
from headwater_server.inference.experiments.confidence_sequence import sequence_reach
from headwater_server.inference.experiments.grouped import arm_of_groups, relative_of_groups

from .shoppers import FIRST, Shop

DAY_MS = 86_400_000
START = 20_000
HOLD_OUT = Experiment(
    "hold-out", (ExperimentArm("popular", "popular", 0.4), ExperimentArm("ours", "", 0.6))
)


def lifts_of(engine, days=None):
    asked = Days(*days, engine.parts.figures.offset_ms) if days else None
    return engine.lookups.experiment_report("hold-out", asked).lifts


class Records:
    """A shop with a hold-out, and what its visitors did by (day, arm, visitor)."""

    def __init__(self, visitors=300, days=4, seed=1, *, restart_at=None, settings=None):
        self.shop = Shop()
        self.shop.now_ms = START * DAY_MS + 1_000
        if settings is not None:
            self.shop.must(SettingsChange(settings))
        self.shop.must(ExperimentWrite(HOLD_OUT))
        self.draw, self.visitors = random.Random(seed), visitors
        self.arm: dict[str, int] = {}
        self.entered: dict[str, int] = {}
        self.order: list[str] = []
        self.facts: dict[tuple[int, str], np.ndarray] = {}
        for day in range(START, START + days):
            if restart_at == day:
                self.shop = self.shop.restarted()
            self.one_day(day)

    def one_day(self, day):
        self.shop.now_ms = day * DAY_MS + 60_000
        for n in range(self.visitors):
            if self.draw.random() < 0.6:
                self.visits(day, f"v{n}")
            elif f"v{n}" in self.arm and self.draw.random() < 0.3:
                self.shop.acts(f"v{n}", item="i5")  # without a list
                self.add(day, f"v{n}", acts=1)

    def visits(self, day, visitor):
        shop, draw = self.shop, self.draw
        report = shop.seen(visitor)
        if visitor not in self.arm:
            arm = report.slate.arms[0].arm_id
            self.arm[visitor], self.entered[visitor] = int(arm == "ours"), day
            self.order.append(visitor)
        shop.must(report)
        self.add(day, visitor, slots=len(report.slate.item_ids))
        if draw.random() < 0.4:
            seen = draw.choice(report.slate.item_ids)
            for _ in range(draw.randrange(1, 3)):  # the second click of a day on it counts once
                shop.must(replace(shop.event("click", visitor, item=seen), slate=report.slate))
                self.add(day, visitor, acts=1)
            self.add(day, visitor, clicks=1)
        if draw.random() < 0.3:
            price = draw.choice([10.0, 20.0, 35.5])
            shop.acts(visitor, kind="purchase", price=price, currency_code="EUR")
            self.add(day, visitor, acts=1, purchases=1, revenue=price)

    def add(self, day, visitor, **more):
        names = "acts", "purchases", "revenue", "slots", "clicks"
        fact = self.facts.setdefault((day, visitor), np.zeros(5))
        fact += [more.get(name, 0.0) for name in names]

    def sums(self, first, last):
        """Return the sums by arm and group, and the visitors who had entered by the last day."""
        found, entered = np.zeros((2, GROUPS, 5)), np.zeros((2, GROUPS))
        for row, visitor in enumerate(self.order):
            if self.entered[visitor] > last:
                continue
            place = self.arm[visitor], group_of(row)
            entered[place] += 1
            for day in range(first, last + 1):
                found[place] += self.facts.get((day, visitor), 0.0)
        return found, entered

    def lift(self, first, last, name, reach):
        """Return means of control and own, and the interval, from the records alone."""
        sums, entered = self.sums(first, last)
        columns = {"acts": 0, "purchases": 1, "revenue": 2}
        arms = []
        for arm in (0, 1):
            below = sums[arm, :, 3] if name == "click_through" else entered[arm]
            above = sums[arm, :, 4 if name == "click_through" else columns[name]]
            used = entered[arm] > 0
            arms.append(arm_of_groups(int(entered[arm].sum()), above[used], below[used]))
        control, own = arms
        groups = int((entered > 0).sum(axis=1).min())
        interval = relative_of_groups(own, control, groups, reach, 0.95)
        return control.mean, own.mean, interval.low, interval.high

    def of_days(self, first, last):
        return lifts_of(self.shop.engine, (first, last)).of_days


@pytest.fixture(scope="module")
def records():
    return Records()


def check(records, first, last, reach):
    found = records.of_days(first, last)
    assert found.status == RUNNING
    assert [one.metric for one in found.lifts] == [
        "click_through", "acts", "purchases", "revenue"
    ]  # fmt: skip
    for one in found.lifts:
        got = one.control, one.value, one.low, one.high
        assert got == pytest.approx(records.lift(first, last, one.metric, reach)), one.metric


def test_two_days_that_are_over_equal_a_recount(records):
    reach = sequence_reach(1.0, 1.0)
    check(records, START + 1, START + 2, reach)
    _, entered = records.sums(START + 1, START + 2)
    assert records.of_days(START + 1, START + 2).visitors == tuple(entered.sum(axis=1).astype(int))


def test_the_days_of_all_time_are_the_reports_sums(records):
    report = records.shop.report("hold-out")
    found = {one.metric: one for one in records.of_days(START, START + 3).lifts}
    for arm, name in ((0, "control"), (1, "value")):
        for metric in report.arms[arm].metrics:
            if metric.metric in ("acts", "purchases", "revenue"):
                assert getattr(found[metric.metric], name) == pytest.approx(metric.mean)


def test_click_through_since_the_beginning_has_the_reach_of_the_experiment(records):
    one = lifts_of(records.shop.engine).click_through
    visitors = len(records.arm)
    reach = sequence_reach(visitors, HOLD_OUT.visitors_planned)
    expected = records.lift(START, START + 3, "click_through", reach)
    assert (one.control, one.value, one.low, one.high) == pytest.approx(expected)


def test_days_with_the_beginning_among_them_are_read_by_visitors(records):
    _, entered = records.sums(START - 5, START + 2)
    found = records.of_days(START - 5, START + 2)
    assert (found.first, found.last) == (START, START + 2)
    check(records, START, START + 2, sequence_reach(entered.sum(), HOLD_OUT.visitors_planned))


def test_an_interval_is_wider_while_its_days_go_on(records):
    over = records.of_days(START + 1, START + 3)
    going_on = records.of_days(START + 1, START + 30)
    assert (over.first, over.last) == (going_on.first, going_on.last) == (START + 1, START + 3)
    for one, other in zip(over.lifts, going_on.lifts, strict=True):
        assert one.value == other.value
        assert other.low < one.low < one.high < other.high


def test_a_restart_in_between_changes_nothing(records):
    again = Records(restart_at=START + 2)
    assert again.shop.engine.digest() == records.shop.engine.digest()
    assert again.of_days(START + 1, START + 3) == records.of_days(START + 1, START + 3)
    stored = Engine.restore(again.shop.engine.capture())
    assert stored.digest() == records.shop.engine.digest()
    assert lifts_of(stored, (START, START + 1)).of_days == (records.of_days(START, START + 1))


def test_days_before_and_after_have_no_lift_and_say_why(records):
    assert records.of_days(START - 7, START - 1).status == BEFORE
    assert records.of_days(START + 4, START + 9).status == NOT_YET  # the state is at START + 3
    again = Records(visitors=20, days=1)
    again.shop.must(ExperimentStop("hold-out", reason="enough"))
    again.shop.now_ms += 5 * DAY_MS
    again.shop.acts("v1")
    assert again.of_days(START + 2, START + 3).status == OVER
    assert again.of_days(START, START + 3).status == RUNNING
    assert [one.low for one in again.of_days(START, START + 3).lifts] == [None] * 4  # too few


def test_days_that_are_no_longer_kept_stay_in_all_time():
    short = EngineSettings(figures_days=2)
    records = Records(visitors=200, days=4, settings=short)
    assert records.of_days(START, START + 1).status == NOT_KEPT
    assert (records.of_days(START, START + 3).first) == START + 2
    one = lifts_of(records.shop.engine).click_through
    reach = sequence_reach(len(records.arm), HOLD_OUT.visitors_planned)
    assert one.value == pytest.approx(records.lift(START, START + 3, "click_through", reach)[1])


def test_other_experiments_keep_no_days():
    shop = Shop(FIRST)
    shop.sees(shop.one_of("b"))
    assert "days" not in shop.engine.parts.experiments.by_id["first"].state()


def test_a_list_of_the_hold_out_says_that_it_is_one_where_reasons_are_asked_for(records):
    engine, now_ms = records.shop.engine, records.shop.now_ms
    before = engine.digest()
    of_arm = {arm: next(v for v, one in records.arm.items() if one == arm) for arm in (0, 1)}
    for arm, visitor in of_arm.items():
        request = RecommendRequest(visitor, "r", page_size=3, explain=True)
        found = engine.recommend(request, now_ms)
        plain = engine.recommend(replace(request, explain=False), now_ms)
        assert found.item_ids == plain.item_ids
        sentences = {one.explanation for one in found.results}
        assert bool(found.results[0].contributions) is bool(arm)
        if arm == 0:
            (sentence,) = sentences
            assert sentence.startswith("The visitor belongs to the hold-out (experiment hold-out)")
            assert sentence.endswith("the most popular items, without reasons of its own.")
            assert {one.explanation for one in plain.results} == {""}
        else:
            assert not any("hold-out" in one for one in sentences)
    assert engine.digest() == before


def test_a_rule_has_its_reason_in_a_list_of_the_hold_out_too(records):
    engine = Engine.restore(records.shop.engine.capture())
    now_ms = records.shop.now_ms
    visitor = next(v for v, one in records.arm.items() if one == 0)
    request = RecommendRequest(visitor, "r", page_size=6, explain=True)
    popular = engine.recommend(request, now_ms).item_ids
    last = popular[-1]
    rule = {"kind": "pin", "slot": 1, "item_ids": [last]}
    write = RuleWrite("lamp", json.dumps({"name": "lamp", **rule}), "ann")
    assert engine.apply(Entry(now_ms, (write,)))[0].status is Status.CREATED
    found = engine.recommend(request, now_ms)
    assert found.item_ids == [last, *popular[:-1]]
    first, *others = found.results
    assert (first.rules, first.explanation) == (
        ("lamp",),
        "The shop's rules moved it here ('lamp').",
    )
    assert all("belongs to the hold-out" in one.explanation for one in others)
    assert all(not one.contributions and not one.sources for one in found.results)
