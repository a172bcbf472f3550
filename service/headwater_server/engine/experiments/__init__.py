"""Policies and experiments as state: who is shown what, and what came of it.

In: operations of the log, reported impressions, acts. Out: the arms of a visitor, and reports.
"""
