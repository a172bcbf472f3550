"""Candidates from several sources, merged to a few hundred.

In: a history and what is barred. Out: the items to rank, with evidence of each source.
"""
