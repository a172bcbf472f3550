"""Any River classifier as the ranker: what it is worth, and what it costs."""
