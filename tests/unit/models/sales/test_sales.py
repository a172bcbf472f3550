"""What an act on an item is worth: as it sold, as its price class sold, else as the shop."""

import math

import numpy as np
import pytest

from headwater_server.models.sales.prices import BANDS, CODES, UNKNOWN, band_of, code_of_band
from headwater_server.models.sales.sales import LIFT_MAX, PURCHASES_MIN, Sales


def items(*numbers):
    return np.array(numbers, dtype=np.int32)


def lifts(model, acts, of_revenue=True):
    """Return the lift of each item, from how many acts it had."""
    numbers = np.arange(len(acts), dtype=np.int32)
    return model.lifts(numbers, np.array(acts, dtype=np.float32), of_revenue=of_revenue)


def sold(model, item, acts, purchases, value=None, code="EUR"):
    for _ in range(acts):
        model.act(item)
    for _ in range(purchases):
        model.buy(item, value, code)


def test_with_many_acts_a_lift_is_the_ratio_of_the_rates():
    model = Sales()
    sold(model, 0, 4_000, 400, 10.0)
    sold(model, 1, 4_000, 100, 80.0)
    by_purchases, by_revenue = (lifts(model, (4_000, 4_000), of) for of in (False, True))
    assert by_purchases[0] - by_purchases[1] == pytest.approx(math.log(4.0), abs=0.02)
    assert by_revenue[1] - by_revenue[0] == pytest.approx(math.log(2.0), abs=0.02)


def test_an_item_that_never_sold_is_worth_what_its_price_class_is():
    """A price nobody pays makes an item worth less than a cheap one that sells."""
    model = Sales()
    for item, price in ((0, 10.0), (1, 10.5), (2, 5_000.0), (3, 5_100.0)):
        model.price(item, price, "EUR")
    sold(model, 0, 1_000, 100, 10.0)
    sold(model, 2, 1_000, 0)
    _, cheap, _, dear = lifts(model, (1_000, 0, 1_000, 0))
    assert cheap > 0 > dear


def test_without_any_act_in_its_class_a_price_says_nothing():
    model = Sales()
    model.price(0, 10.0, "EUR")
    sold(model, 0, 1_000, 100, 10.0)
    model.price(1, 1e12, "EUR")
    assert lifts(model, (1_000, 0))[1] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("value", [1e12, 1e300])
def test_one_absurd_price_rules_no_list(value):
    model = Sales()
    for item in range(2):
        sold(model, item, 500, 50, 20.0)
    model.buy(0, value, "EUR")
    found = lifts(model, (500, 500))
    assert 0 < found[0] - found[1] < math.log(4.0)
    assert np.isfinite(found).all()


def test_two_currencies_compare_by_the_mean_purchase_of_each():
    """The same shop, one half in a currency worth a quarter: nobody needs to know the rate."""
    model = Sales()
    sold(model, 0, 1_000, 100, 10.0, "EUR")
    sold(model, 1, 1_000, 100, 30.0, "EUR")
    sold(model, 2, 1_000, 100, 40.0, "PLN")
    sold(model, 3, 1_000, 100, 120.0, "PLN")
    found = lifts(model, (1_000,) * 4)
    assert found[0] == pytest.approx(found[2])
    assert found[1] == pytest.approx(found[3])
    assert found[1] - found[0] == pytest.approx(math.log(3.0), abs=0.06)  # shrunk a little


def test_a_purchase_in_another_currency_counts_as_so_many_means():
    model = Sales()
    sold(model, 0, 100, 40, 10.0, "EUR")
    sold(model, 1, 100, 40, 40.0, "PLN")
    model.buy(0, 80.0, "PLN")  # twice the mean there
    assert model.state()["_revenue"][0] == pytest.approx(40 * 10.0 + 2 * 10.0, rel=0.03)


@pytest.mark.parametrize("value", [None, 0.0, -5.0])
def test_a_purchase_without_a_price_counts_as_the_mean(value):
    model = Sales()
    sold(model, 0, 100, 30, 10.0)
    sold(model, 1, 100, 30, value)
    assert model.purchases == 60.0
    before, after = lifts(model, (100, 100))
    assert before == pytest.approx(after, abs=0.15)


def test_currencies_without_end_are_bounded():
    model = Sales()
    for n in range(CODES + 20):
        model.buy(0, 10.0, f"{n:03}")
        model.price(1, 10.0, f"{n:03}")
    assert len(model.state()["_codes"]) == CODES
    assert model.state()["_bands_of"][1] == UNKNOWN
    assert np.isfinite(lifts(model, (10, 10))).all()


def test_little_is_said_of_few_purchases_and_nothing_beyond_thirty_times():
    model = Sales()
    sold(model, 0, 1_000, PURCHASES_MIN - 1, 10.0)
    assert not model.is_ready
    sold(model, 0, 0, 1, 10.0)
    assert model.is_ready
    sold(model, 1, 100_000, 0)
    found = lifts(model, (1_000, 100_000))
    assert 1.0 < found[0] <= LIFT_MAX
    assert -LIFT_MAX <= found[1] < -1.0
    model.act(2)
    sold(model, 2, 0, 10_000, 1e6)
    assert lifts(model, (1_000, 100_000, 1))[1] == -LIFT_MAX


def test_a_number_that_is_used_again_begins_with_nothing():
    model = Sales()
    sold(model, 0, 100, 50, 10.0)
    model.forget(items(0))
    assert model.state()["_purchases"][0] == 0.0
    assert lifts(model, (0,))[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("price", [1e-300, 5e-324, 1.0, 1e12, 1.7e308])
@pytest.mark.parametrize("code", [0, CODES - 1])
def test_every_price_has_a_class_of_its_currency(price, code):
    band = band_of(price, code)
    assert 1 + BANDS * code <= band < 1 + BANDS * (code + 1)
    assert code_of_band(band) == code


def test_acts_that_are_counted_together_are_counted_one_by_one():
    together, single = Sales(), Sales()
    items, weights = np.array([1, 2, 1, 1], dtype=np.int32), np.array([0.1, 0.2, 0.3, 1.0])
    for model in (together, single):
        model.price(1, 9.0, "EUR")
    together.act_all(items, weights)
    for item, weight in zip(items.tolist(), weights.tolist(), strict=True):
        single.act(item, weight)
    np.testing.assert_array_equal(together._table, single._table)
