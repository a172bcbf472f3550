"""Candidates from several sources, merged to a few hundred.

In: a history and excluded items. Out: the items to rank, with the evidence of each source.
"""
