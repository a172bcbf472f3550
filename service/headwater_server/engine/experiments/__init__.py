"""The reasons why an item is in a list.

In: a slate with its scores. Out: contributions that sum to the score, and a sentence.
"""
