"""Answers requests for lists.

In: a request, and the minimum offset of the state. Out: a signed slate from memory.
"""
