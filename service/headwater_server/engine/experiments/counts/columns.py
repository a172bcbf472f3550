"""The columns of an experiment's tables: values of a profile, sums of an arm."""

from __future__ import annotations

from headwater_server.engine.messages.experiments import METRICS

ACTS, REWARD, PURCHASES, REVENUE, PAST_REWARD, PAST_PURCHASES = range(6)
VALUES = 6

COLUMNS = (ACTS, ACTS, REWARD, PURCHASES, REVENUE)
"""Of each metric: the value that it is the mean of; the rate is that of any."""
PAST = (PAST_REWARD, PAST_REWARD, PAST_REWARD, PAST_PURCHASES, PAST_PURCHASES)
"""Of each metric: which sum of the time before the exposure explains it."""
RATE = METRICS.index("act_rate")

N, HAS = 0, 1
X, XX = (2, 3), (4, 5)  # of past rewards, of past purchases
OWN = 6  # of each metric: sums of y, y y, y x, and y where there is a history
WIDTH = OWN + 4 * len(METRICS)
