"""Reads the log in order and applies it: the only place that changes the engine.

In: entries of the log. Out: outcomes for the calls that wait, and the offset reached.
"""
