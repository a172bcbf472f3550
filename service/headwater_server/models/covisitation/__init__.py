"""What follows what, and what goes together.

In: pairs of items of one visitor, with times. Out: evidence for items near those of a history.
"""
