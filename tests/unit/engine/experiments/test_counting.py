"""From the exposure on all acts count, in natural units; before it they are the covariate."""

from dataclasses import replace

import pytest

from headwater_server.engine.messages.experiments import Primary
from headwater_server.engine.visitors.past_sums import HALF_LIFE_DAYS

from .shoppers import FIRST, Shop

DAY_MS = 86_400_000


@pytest.fixture
def shop():
    return Shop(FIRST)


def exposed(shop, arm="b"):
    visitor = shop.one_of(arm)
    shop.sees(visitor)
    return visitor


def test_each_metric_counts_in_its_own_unit(shop):
    visitor = exposed(shop)
    shop.acts(visitor)  # 0.3
    shop.acts(visitor, kind="purchase", quantity=2, price=80.0, currency_code="EUR")  # 1.0
    shop.acts(visitor, kind="dislike")  # -1.0
    sums = {name: shop.metric("b", name) for name in ("act_rate", "acts", "purchases", "revenue")}
    assert sums == {"act_rate": 1, "acts": 2, "purchases": 1, "revenue": 160}
    assert shop.metric("b", "reward") == pytest.approx(0.3)
    assert shop.report().currency_code == "EUR"


def test_an_act_counts_without_a_token_and_from_another_page(shop):
    visitor = exposed(shop)
    shop.acts(visitor, item="i5")
    assert shop.metric("b", "acts") == 1


def test_a_repeated_event_counts_once(shop):
    visitor = exposed(shop)
    click = shop.event("click", visitor)
    shop.does(click, click)
    shop.does(click)
    assert shop.metric("b", "acts") == 1


def test_who_was_not_exposed_does_not_count(shop):
    shop.acts(shop.one_of("b"))
    assert shop.visitors() == {"a": 0, "b": 0}


def test_other_currencies_count_as_purchases_and_are_named(shop):
    visitor = exposed(shop)
    for code, price in (("EUR", 5.0), ("USD", 7.0), ("", 1.0)):
        shop.acts(visitor, kind="purchase", price=price, currency_code=code)
    assert (shop.metric("b", "purchases"), shop.metric("b", "revenue")) == (3, 6)
    assert any("1 purchases in other currencies than EUR" in note for note in shop.report().notes)


def test_the_stated_currency_counts(shop):
    shop = Shop(replace(FIRST, currency_code="USD"))
    visitor = exposed(shop)
    shop.acts(visitor, kind="purchase", price=5.0, currency_code="EUR")
    shop.acts(visitor, kind="purchase", price=7.0, currency_code="USD")
    assert shop.metric("b", "revenue") == 7


def test_after_the_window_an_act_counts_no_more():
    shop = Shop(replace(FIRST, primary=Primary("acts", window_minutes=10.0)))
    visitor = exposed(shop)
    shop.now_ms += 9 * 60_000
    shop.acts(visitor)
    shop.now_ms += 2 * 60_000
    shop.acts(visitor)
    assert shop.metric("b", "acts") == 1
    assert any("10 minutes after the exposure" in note for note in shop.report().notes)


def test_after_the_end_nothing_counts_and_the_fixed_interval_is_there():
    shop = Shop(replace(FIRST, end_time_ms=1_000_000))
    for arm in "ab":
        for n in range(3):
            visitor = shop.one_of(arm, but=[f"v{k}" for k in range(40 * n)])
            shop.sees(visitor)
            if n:
                shop.acts(visitor)
    before = shop.report().arms[1].metrics[0]
    assert (before.low_fixed, before.high_fixed) == (None, None)
    shop.now_ms = 1_000_000
    shop.acts(visitor)
    found = shop.report()
    after = found.arms[1].metrics[0]
    assert found.view.state == "ended"
    assert (after.mean, after.low) == (before.mean, before.low)
    assert after.low < after.low_fixed < after.high_fixed < after.high


def test_what_was_done_before_the_exposure_is_the_covariate(shop):
    visitor = shop.one_of("b")
    shop.acts(visitor, kind="purchase")
    shop.now_ms += round(HALF_LIFE_DAYS * DAY_MS)
    shop.sees(visitor)
    shop.acts(visitor, kind="purchase")
    running = shop.engine.parts.experiments.by_id["first"]
    row = running.find("v" + visitor, "")
    assert running.exposed.values(row)[-2:] == pytest.approx([0.5, 0.5], rel=1e-3)
    assert shop.metric("b", "purchases") == 1


def test_the_past_of_account_and_visitor_counts_together_and_is_erased():
    from headwater_server.engine.messages.entries import UserErase

    shop = Shop()
    shop.acts("phone", kind="purchase")
    shop.acts("phone", "ann", kind="purchase")
    visitors = shop.engine.parts.visitors
    past = visitors.past.of(visitors.rows_of("phone", "ann"), shop.now_ms)
    assert past == pytest.approx((2.0, 2.0), rel=1e-5)
    again = shop.restarted().engine.parts.visitors
    assert again.past.of(again.rows_of("phone", "ann"), shop.now_ms) == past
    shop.must(UserErase("ann", ("phone",)))
    shop.acts("phone", kind="click")
    past = visitors.past.of(visitors.rows_of("phone", ""), shop.now_ms)
    assert past == pytest.approx((0.3, 0.0), rel=1e-5)


def test_the_past_stays_exact_over_years():
    shop = Shop()
    shop.acts("ann", kind="purchase")
    for _ in range(6):
        shop.now_ms += 500 * DAY_MS
        shop.acts("bob")
    visitors = shop.engine.parts.visitors
    shop.acts("ann", kind="purchase")
    past = visitors.past.of(visitors.rows_of("ann", ""), shop.now_ms)
    assert past == pytest.approx((1.0, 1.0), rel=1e-5)
