"""Policies: other settings of an answer, over the same state.

In: a policy's overrides and a request. Out: the slate under it, or the chances of a given slate.
"""
