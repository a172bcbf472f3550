"""Features in the lab: as the server's texts, as functions, and refused with the reason."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd
import pytest
from river import base

from headwater_server.evaluation.baselines.covisitation import CoVisitation
from headwater_server.lab import backtest

ROWS = [
    (1_000 + 60 * n, f"u{n % 30}", f"i{(n % 30 + 7 * (n // 30)) % 40}", "view") for n in range(240)
]
EVENTS = pd.DataFrame(ROWS, columns=["timestamp", "user_id", "item_id", "event_type"])
ITEMS = pd.DataFrame(
    {
        "item_id": [f"i{n}" for n in range(40)],
        "price": [1.0 + n for n in range(40)],
        "weight": [None if n % 5 == 0 else 3.0 * n for n in range(40)],
        "colour": ["red", "blue"] * 20,
    }
)


def weight(item):
    return dict(item.features).get("weight")


def ranks(*features, **options):
    return backtest(EVENTS, ITEMS, features=list(features), **options)["rank"].tolist()


def test_a_column_a_function_and_a_pair_are_the_same():
    found = ranks("features.weight")
    assert found == ranks(weight) == ranks(("weight", weight))
    assert found == ranks(settings={"features": ["features.weight"]})
    assert found != ranks()


class Cheap(base.Classifier):
    """Puts what costs little, and is near the latest items, first; notes what it saw."""

    seen: ClassVar[set[str]] = set()

    def learn_one(self, x, y):
        self.seen.update(x)

    def predict_proba_one(self, x):
        chance = 0.5 - 0.2 * x["price"] + 0.2 * x["price_near"]
        return {True: chance, False: 1.0 - chance}


def test_a_ranker_of_the_shop_sees_names_and_values():
    assert ranks("price", ranker=Cheap()) != ranks()
    assert {"next", "gap", "price", "price_near"} <= Cheap.seen


@pytest.mark.parametrize(
    ("features", "problem"),
    [
        (["weight"], r"'weight' is none of.*write features\.weight"),
        (
            ["features.wight"],
            r"no item has a value of 'wight' \(numbers of the items: price, weight",
        ),
        (["features.colour"], r"no item has a value of 'colour' \(str is no number"),
        ([lambda item: item.nothing], r"'<lambda>' can be no name: give a pair"),
        ([("gone", lambda item: item.nothing)], r"no item has a value of 'gone' \(AttributeError"),
        ([3], "int is int, and no function"),
        ([("a",)], "write a text, a function, or a pair of a name and a function"),
        ([weight, weight], "two named 'weight'"),
        ("price", "a list was expected"),
        (weight, "a list was expected"),
    ],
)
def test_what_cannot_be_used_is_refused(features, problem):
    with pytest.raises(ValueError, match=f"features: .*{problem}"):
        backtest(EVENTS, ITEMS, features=features)


def test_a_recommender_takes_none():
    with pytest.raises(ValueError, match="features: a Recommender replaces the engine"):
        ranks("price", ranker=CoVisitation())
