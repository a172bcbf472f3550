"""The default ranker: which of these candidates does the visitor choose?

In: features of candidates and the item chosen. Out: scores, and the parts of each.
"""
