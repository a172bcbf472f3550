"""The probability head: from a slot and a score to a calibrated probability.

In: impressions that were acted on or not. Out: a probability with its interval.
"""
