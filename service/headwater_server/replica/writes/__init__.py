"""Checks events and changes, and appends them to the log.

In: events and changes with their caller. Out: one append, and a status for each operation.
"""
