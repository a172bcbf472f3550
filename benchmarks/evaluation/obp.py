"""Our IPS, SNIPS and DR beside obp's, on the same rows of Open Bandit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.open_bandit import Comparison, Floats, click_rates, comparisons
from benchmarks.evaluation.peers import obp_estimators
from headwater_server.inference.off_policy.doubly_robust import doubly_robust
from headwater_server.inference.off_policy.ips import ips
from headwater_server.inference.off_policy.snips import snips

GATE = 1e-9
NAMES = ("IPS", "SNIPS", "DR")


def compare(data: Path) -> None:
    """Print both packages' values in six comparisons; the gate is on their largest difference."""
    peer = obp_estimators()
    rows, apart = [], 0.0
    for one in comparisons(data):
        model = click_rates(one.logged)
        ours, theirs = our_values(one, model), obp_values(peer, one, model)
        apart = max(apart, float(np.abs(ours - theirs).max()))
        rows.append((one.name, *(f"{a:.8f} {b:.8f}" for a, b in zip(ours, theirs, strict=True))))
    show("values: ours, obp's", ("comparison", *NAMES), rows)
    finish([Bar("largest difference to obp", apart, GATE)])


def our_values(one: Comparison, model: Floats) -> Floats:
    """Return our IPS, SNIPS and DR with this model of the click rate, items x positions."""
    weights, clicks, places = one.weights, one.logged.click, one.logged.position
    wanted = (one.policy * model).sum(axis=0)[places]
    direct = doubly_robust(weights, clicks, model[one.logged.item, places], wanted)
    return np.array([ips(weights, clicks).value, snips(weights, clicks).value, direct.value])


def obp_values(peer: Any, one: Comparison, model: Floats) -> Floats:
    """Return obp's values of the same: IPW, SNIPW, DR."""
    count = len(one.logged.click)
    given = {
        "reward": one.logged.click,
        "action": one.logged.item,
        "pscore": one.logged.propensity,
        "position": one.logged.position,
        "action_dist": np.ascontiguousarray(
            np.broadcast_to(one.policy, (count, *one.policy.shape))
        ),
    }
    rates = np.ascontiguousarray(np.broadcast_to(model, (count, *model.shape)))
    return np.array(
        [
            peer.InverseProbabilityWeighting().estimate_policy_value(**given),
            peer.SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**given),
            peer.DoublyRobust().estimate_policy_value(
                **given, estimated_rewards_by_reg_model=rates
            ),
        ]
    )
