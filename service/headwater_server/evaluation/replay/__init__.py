"""Asks answers again: folds a log, and stops at the place of each answer.

In: a log or an archive, a state at its first entry or at a snapshot, answers that were shown. Out:
each answer as the state of its place gives it now. Nothing is written.
"""
