"""Slots under rules: drawn one by one, or the chances of a list that is given.

In: scores, pins, groups with limited room, costs of variety. Out: rows and propensities.
"""
