"""The way of what arrives.

In: events and changes with their caller. Out: one append, and a status for each operation.
"""
