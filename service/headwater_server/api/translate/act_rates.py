"""Translates an item's act rate."""

from __future__ import annotations

from headwater.v1 import act_rate_pb2
from headwater_server.engine.lookups.act_rates import ActRate


def act_rate_message(rate: ActRate) -> act_rate_pb2.ActRate:
    """Return the rate as a message.

    >>> act_rate_message(ActRate("home", 0.1, 0.05, 0.2, None, 10.0, 1.0)).placement
    'home'
    """
    return act_rate_pb2.ActRate(
        placement=rate.placement,
        mean=rate.mean,
        low=rate.low,
        high=rate.high,
        probability_best=rate.probability_best,
        seen=rate.seen,
        acts=rate.acts,
    )
