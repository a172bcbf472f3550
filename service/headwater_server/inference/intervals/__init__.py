"""Intervals of what off-policy estimates say."""
