"""Why an item is in a list.

In: a slate with its scores. Out: contributions that add up to the score, and a sentence.
"""
