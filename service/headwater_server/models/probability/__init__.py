"""The probability head: from a slot and a score to a calibrated chance.

In: impressions that were acted on or not. Out: a chance with its interval.
"""
