"""How often items are chosen, with decay.

In: interactions. Out: counts and decayed sums, a row for each item.
"""
