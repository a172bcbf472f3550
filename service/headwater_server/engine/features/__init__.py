"""Named features of (visitor, item, context).

In: evidence of the sources, and statistics. Out: one matrix, a row for each candidate.
"""
