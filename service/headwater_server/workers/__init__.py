"""Several server processes on one port: a parent, its workers, and a follower behind them."""
