"""Choosing under uncertainty.

In: scores. Out: slots drawn one by one, each with its exact propensity, as a slate.
"""
