"""Scores of candidates.

In: a history and a request. Out: the candidates that may be shown, and one score each.
"""
