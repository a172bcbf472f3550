"""A setting's text becomes a River classifier, or an error that suggests what to write instead."""

import re

import pytest

from headwater_server.models.river.plain_values import to_plain
from headwater_server.models.river.river_expression import build


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("linear_model.LogisticRegresion()", "did you mean LogisticRegression,"),
        ("LogisticRegression()", "did you mean linear_model.LogisticRegression?"),
        ("linear_modell.LogisticRegression()", "did you mean linear_model?"),
        ("linear_model.LogisticRegression(optimiser=1)", "did you mean optimizer?"),
        ("linear_model.LogisticRegression(l3=1)", "no parameter 'l3'; it has optimizer, loss, l2"),
        ("preprocessing.StandardScaler()", "end the pipeline in one"),
        ("linear_model.LinearRegression()", "not a River classifier but a LinearRegression"),
        ("linear_model.LogisticRegression(l1=1.0, l2=1.0)", "joint use of L1 and L2"),
        ("'a'()", "'a' cannot be called"),
        ("linear_model.LogisticRegression(", "was never closed"),
        ("__import__('os').system('true')", "there is no module '__import__'"),
        ("linear_model.LogisticRegression.__init__", "has no '__init__'"),
        ("linear_model.LogisticRegression(**{})", "not allowed"),
        ("[x for x in ()]", "not allowed"),
        ("open('x')", "no module 'open'"),
        ("1 | 2", "not a River classifier"),
        ("", "invalid syntax"),
        ("forest.ARFClassifier(" + "(" * 3000, "has at most 2000 characters"),
        ("-" * 1900 + "1", ""),
    ],
)
def test_a_bad_expression_is_refused_with_what_to_do(expression, says):
    """The field's name comes first, and nothing but River's classes is called."""
    with pytest.raises(ValueError, match=f"^ranker: .*{re.escape(says)}"):
        build(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "forest.ARFClassifier(n_models=2)",
        "forest.ARFClassifier(seed=None)",
        "forest.ARFClassifier",
        "preprocessing.StandardScaler() | facto.FMClassifier",
        "ensemble.BaggingClassifier(forest.ARFClassifier(n_models=2), n_models=2)",
    ],
)
def test_what_draws_gets_the_engines_seed(expression):
    """Two engines with one seed hold the same model; another seed makes another one."""
    one, same, other = (repr(to_plain(build(expression, seed))) for seed in (3, 3, 4))
    assert one == same != other


def test_a_seed_that_is_named_is_kept():
    """Given by name or by place."""
    assert build("forest.ARFClassifier(seed=11)", seed=3).seed == 11
    assert build("facto.FMClassifier(seed=0)", seed=3).seed == 0


def test_features_may_be_split_and_joined():
    """``+`` joins transformers, as River's own does."""
    low = "(preprocessing.Binarizer(threshold=-1) | compose.Suffixer('_low'))"
    high = "(preprocessing.Binarizer(threshold=1) | compose.Suffixer('_high'))"
    model = build(f"preprocessing.StandardScaler() | ({low} + {high}) | linear_model.AdPredictor()")
    model.learn_one({"a": 3.0}, True)
    model.learn_one({"a": 5.0}, True)
    assert set(model["AdPredictor"].means) == {"__bias__", "a_low"}
