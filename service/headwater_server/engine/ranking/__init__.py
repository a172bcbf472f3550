"""Scores of candidates.

In: a history and the candidates. Out: one score each; the items that may be shown at all.
"""
