"""Co-visitation: which item follows which, and which occur together.

In: pairs of items of one visitor, with times. Out: evidence for items near those of a history.
"""
