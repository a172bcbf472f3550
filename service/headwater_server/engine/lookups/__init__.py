"""Reads of the state other than recommendations.

In: a request for items, users, lists or metrics. Out: the answer; nothing changes.
"""
