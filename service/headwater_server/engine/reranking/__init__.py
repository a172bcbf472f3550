"""Rules and diversity on top of the scores, slot by slot, under exact propensities.

In: candidates with scores, and the rules in force. Out: the filled slots.
"""
