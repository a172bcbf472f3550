"""Reads act rates."""

from __future__ import annotations

from headwater.act_rates import ActRate
from headwater.v1 import act_rate_pb2


def act_rate(rate: act_rate_pb2.ActRate) -> ActRate:
    """Read an act rate."""
    return ActRate(
        placement=rate.placement,
        mean=rate.mean,
        low=rate.low,
        high=rate.high,
        probability_best=rate.probability_best if rate.HasField("probability_best") else None,
        seen=rate.seen,
        acts=rate.acts,
    )
