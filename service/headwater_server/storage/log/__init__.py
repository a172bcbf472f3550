"""The log: one Redis Stream, each entry chained to the one before.

In: encoded entries. Out: positions, entries in order, and the proof that the chain is complete.
"""
