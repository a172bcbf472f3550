"""A shop's own features: what the setting names; what is refused, with the reason and the fix."""

from __future__ import annotations

import sys

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.features.own_features import FEATURES_MAX, as_feature, own_features
from headwater_server.engine.features.own_values import NOT_SAME, value_of
from headwater_server.engine.messages.entries import Entry, Item, SettingsChange
from headwater_server.engine.messages.events import Status
from headwater_server.engine.settings import EngineSettings

SOURCE = """
import functools

def margin(item):
    return item.price - dict(item.features)["cost"]

class Margin:
    def __call__(self, item):
        return margin(item)

class Needy(Margin):
    def __init__(self, size):
        pass

class Still:
    pass

async def later(item):
    return 1.0

def one_by_one(item):
    yield 1.0

def two(item, other):
    return 1.0

LIMIT = 3
bound = functools.partial(two, other=None)
"""
TENT = Item(
    "tent",
    title="Tent",
    price=90.0,
    features=(
        ("cost", 60.0),
        ("brand", "acme"),
        ("released", "2024-03-01"),
        ("seen", 1_700_000_000),
    ),
    publish_time_ms=86_400_000,
)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package on the path, with an entry point as `pip install` records it."""
    (tmp_path / "own_numbers.py").write_text(SOURCE)
    (tmp_path / "broken_numbers.py").write_text("raise RuntimeError('no database')")
    info = tmp_path / "own_numbers-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: own-numbers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[headwater.features]\nprofit = own_numbers:margin\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("own_numbers", "broken_numbers"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("price", "price", 90.0),
        (" dear = price ", "dear", 90.0),
        ("features.cost", "cost", 60.0),
        ("age(publish_time)", "age_of_publish_time", -1.0),
        ("age(features.released)", "age_of_released", -19_783.0),
        ("days=age(features.seen)", "days", -1_700_000_000 / 86_400),
        ("own_numbers:margin", "margin", 30.0),
        ("own_numbers:Margin", "Margin", 30.0),
        ("own_numbers:bound", "bound", 1.0),
        ("profit", "profit", 30.0),
        ("gain=profit", "gain", 30.0),
    ],
)
@pytest.mark.usefixtures("package")
def test_a_text_names_a_number_of_items(text, name, value):
    (feature,) = own_features([text])
    assert (feature.name, value_of(feature, TENT)) == (name, (value, ""))


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (["weight"], r"'weight' is none of price.*installed: profit.*write features\.weight"),
        ([""], "'' is none of"),
        (["price", "price"], "two named 'price': write another name, such as price_2=price"),
        (["cost=price", "features.cost"], "two named 'cost'.*cost_2=features.cost"),
        (["price", "price_near=features.x"], "two named 'price_near'"),
        (["features.next"], "'next' is the name of a built-in.*next_2=features.next"),
        (["popular=price"], "'popular' is the name of a built-in.*popular_2=price"),
        (["gap=price"], "'gap' is the name of a built-in"),
        (["=price"], "'' can be no name"),
        (["my price=price"], "'my price' can be no name: write name=price"),
        (["features.net weight"], "can be no name: write name=features.net weight"),
        (["age(made)"], "no time 'made': write age"),
        (["own_numbers:nothing"], "own_numbers:nothing cannot be imported"),
        (["nowhere:margin"], "nowhere:margin cannot be imported: ModuleNotFoundError"),
        (["broken_numbers:margin"], "cannot be imported: RuntimeError: no database"),
        (["own_numbers:LIMIT"], "own_numbers:LIMIT is int, and no function"),
        (["own_numbers:Needy"], "own_numbers:Needy cannot be made without arguments.*size"),
        (["own_numbers:Still"], "is Still, and no function"),
        (["own_numbers:later"], "async or a generator"),
        (["own_numbers:one_by_one"], "async or a generator"),
        (["own_numbers:two"], "cannot be called with one item.*other"),
        ([f"f{n}=price" for n in range(FEATURES_MAX + 1)], "17 are given: at most 16"),
    ],
)
@pytest.mark.usefixtures("package")
def test_what_cannot_be_one_is_refused_with_the_fix(texts, problem):
    with pytest.raises(ValueError, match=f"^features: .*{problem}"):
        Engine(EngineSettings(features=texts))
    change = SettingsChange(EngineSettings(features=texts), given=("features",))
    engine = Engine()
    before = engine.digest()
    (outcome,) = engine.apply(Entry(1, (change,)))
    assert outcome.status is Status.QUARANTINED
    assert outcome.detail.startswith("features: ")
    assert engine.digest() == before


def test_a_text_is_no_list_of_texts():
    with pytest.raises(ValueError, match=r"features: write a list, such as \['price'\]"):
        EngineSettings(features="price")


CALLS = []


def counting(item):
    CALLS.append(item)
    return float(len(CALLS))


def marking(item):
    item.price = (item.price or 0.0) + 1.0
    return item.price


class Number:
    def __float__(self):
        return 2.5


@pytest.mark.parametrize(
    ("function", "value", "reason"),
    [
        (lambda item: 3, 3.0, ""),
        (lambda item: item.available, 1.0, ""),
        (lambda item: Number(), 2.5, ""),
        (lambda item: 10**90, 1e90, ""),
        (lambda item: 1e300, 1e100, ""),
        (lambda item: None, None, ""),
        (lambda item: float("nan"), None, "NaN"),
        (lambda item: float("-inf"), None, "infinity"),
        (lambda item: 10**400, None, "OverflowError"),
        (lambda item: item.price / 0.0, None, "ZeroDivisionError"),
        (lambda item: item.colour, None, "AttributeError"),
        (lambda item: "12.5", None, "str is no number"),
        (lambda item: 1j, None, "complex is no number"),
        (lambda item: sys.exit(3), None, "SystemExit"),
        (counting, None, NOT_SAME),
        (marking, 91.0, ""),
    ],
)
def test_what_a_function_returns_is_a_number_or_nothing(function, value, reason):
    with as_feature(function, "mine") as text:
        found, why = value_of(own_features([text])[0], TENT)
    assert (None if found != found else found, why) == (value, reason)  # noqa: PLR0124 - NaN
    assert TENT.price == 90.0


def test_settings_without_features_have_the_text_that_they_always_had():
    assert "features" not in EngineSettings().canonical()
    settings = EngineSettings(features=["price", "features.cost"])
    assert EngineSettings.parse(settings.canonical()) == settings
    assert EngineSettings.parse(EngineSettings().canonical()) == EngineSettings()
