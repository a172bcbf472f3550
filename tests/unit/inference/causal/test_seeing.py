"""The draw as instrument, the structural model, sensitivity."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from headwater_server.inference.causal import packages
from headwater_server.inference.causal.instrument import seen_by_draw
from headwater_server.inference.causal.sensitivity import e_value, robustness_value, sensitivity
from headwater_server.inference.causal.structural import structural
from headwater_server.inference.causal.two_stage import two_stage
from tests.unit.inference.causal.worlds import world


def asked(one, outcomes):
    return one.placed, one.chance, one.seen, outcomes, one.covariates, one.visitors


@pytest.mark.parametrize("method", [seen_by_draw, two_stage])
def test_the_draw_finds_what_seeing_does_though_needs_are_hidden(method):
    one = world(20_000, seed=6)
    found = method(*asked(one, one.outcome))
    assert one.seeing in found.effect.interval(0.99)
    assert abs(found.effect.value - one.seeing) < 0.1
    assert found.first_stage_f > 1_000
    assert not method(*asked(one, one.before)).effect.is_off_zero(0.99)


def test_both_ways_agree_without_covariates():
    one = world(3_000)
    nothing = np.zeros((3_000, 1))
    # the share that was placed: another chance would give the two different weights
    chances = np.full(3_000, one.placed.mean())
    args = one.placed, chances, one.seen, one.outcome, nothing, one.visitors
    assert seen_by_draw(*args).effect.value == pytest.approx(two_stage(*args).effect.value)
    assert seen_by_draw(*args).first_stage_f == pytest.approx(
        two_stage(*args).first_stage_f, rel=1e-3
    )


@pytest.mark.parametrize("method", [seen_by_draw, two_stage])
def test_an_item_that_nobody_sees_has_no_effect_and_no_first_stage(method):
    one = world(1_000)
    args = one.placed, one.chance, np.zeros(1_000), one.outcome, one.covariates, one.visitors
    found = method(*args)
    assert found.first_stage_f == 0.0
    assert not np.isfinite(found.effect.value)


def test_a_draw_that_hardly_moves_who_sees_has_a_small_f():
    random = np.random.default_rng(7)
    one = world(1_000)
    seen = random.random(1_000) < 0.5 + 0.01 * one.placed
    found = seen_by_draw(one.placed, one.chance, seen, one.outcome, one.covariates, one.visitors)
    assert found.first_stage_f < 10.0


def test_the_structural_model_finds_total_indirect_and_direct_effects():
    random = np.random.default_rng(8)
    rows = 20_000
    u, z = random.normal(size=rows), random.random(rows) < 0.4
    s = z * (random.normal(size=rows) + u > 0.0)
    a = 0.5 * s + random.normal(size=rows)  # nothing hidden moves both the act and the purchase
    y = 0.4 * a + 0.3 * s + random.normal(size=rows)
    args = z, np.full(rows, 0.4), s + 0.0, a
    found = structural(*args, y, np.zeros((rows, 1)), range(rows))
    for effect, truth in (
        (found.total, 0.5), (found.through_act, 0.2), (found.direct, 0.3),
        (found.act_by_seeing, 0.5), (found.seen_by_placing, float(s[z].mean())),
    ):  # fmt: skip
        assert truth in effect.interval(0.999)
        assert effect.standard_error < 0.05
    assert found.total.value == pytest.approx(found.through_act.value + found.direct.value)


def test_the_structural_model_agrees_with_two_stages_and_its_errors_do_too():
    one = world(8_000, seed=9)
    model = structural(
        one.placed, one.chance, one.seen, one.acted, one.outcome, one.covariates, one.visitors
    )
    staged = two_stage(*asked(one, one.outcome)).effect
    assert model.total.value == pytest.approx(staged.value, rel=0.02)
    assert model.total.standard_error == pytest.approx(staged.standard_error, rel=0.35)
    act = structural(
        one.placed, one.chance, one.seen, one.acted, None, one.covariates, one.visitors
    )
    assert act.through_act is act.direct is None
    assert act.total.value == pytest.approx(
        two_stage(*asked(one, one.acted)).effect.value, rel=0.02
    )


def test_a_structural_model_without_variation_has_no_figure():
    one = world(500)
    found = structural(
        one.placed, one.chance, np.zeros(500), one.acted, None, one.covariates, one.visitors
    )
    assert np.isnan(found.total.value)


def test_sensitivity_is_that_of_the_papers():
    """Cinelli and Hazlett's Darfur example; VanderWeele and Ding's smoking example."""
    assert robustness_value(4.18445, 783) == pytest.approx(0.13878, abs=1e-4)
    assert robustness_value(4.18445, 783, 1.963) == pytest.approx(0.07626, abs=1e-3)
    assert robustness_value(1.0, 783, 1.963) == 0.0
    assert e_value(10.73) == pytest.approx(20.95, abs=0.01)


def test_an_effect_of_what_is_hidden_is_explained_away_by_as_much_as_it_says():
    """A hidden covariate with the robustness value's partial R2 of both brings the effect to 0."""
    random = np.random.default_rng(10)
    rows = 50_000
    hidden = random.normal(size=rows)
    group = (random.normal(size=rows) + 0.4 * hidden) > 0.0
    y = 0.6 * hidden + random.normal(size=rows)
    nothing = np.zeros((rows, 1))
    found = sensitivity(group, np.full(rows, 0.5), y, nothing, range(rows), 1.96)
    known = sensitivity(group, np.full(rows, 0.5), y, hidden[:, None], range(rows), 1.96)
    strongest = known.strongest
    assert known.robustness < 0.02 < found.robustness
    assert strongest.with_outcome > found.robustness
    assert found.strongest is None


def test_a_missing_package_is_named_with_the_fix(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("semopy"):
            raise ModuleNotFoundError(f"No module named {name!r}", name="semopy")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(packages, "import_module", without)
    with pytest.raises(ModuleNotFoundError, match=r"semopy is not installed: pip install 'headwa"):
        packages.package("semopy")
    monkeypatch.setattr(packages, "find_spec", lambda name: None if name == "semopy" else name)
    assert packages.missing() == ["semopy"]
