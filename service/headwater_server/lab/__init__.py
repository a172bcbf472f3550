"""The Python interface for data scientists: data frames in, one row for each question out.

The same engine, the same backtest and the same settings as the server: what wins here is set
there as it stands (`ranker=`, `rewards=`). It needs ``pip install 'headwater-server[lab]'``, or
any data frame library that narwhals knows.
"""

from headwater_server.engine.messages.entries import Item
from headwater_server.lab.backtest import backtest
from headwater_server.lab.simulated import simulated
from headwater_server.lab.summaries import compare, summary

__all__ = ["Item", "backtest", "compare", "simulated", "summary"]
