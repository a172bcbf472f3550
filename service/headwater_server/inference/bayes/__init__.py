"""Posteriors of rates and of differences: shown beside intervals, never a rule for stopping."""
