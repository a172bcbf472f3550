"""Saves and restores states.

In: an engine in use, or a store. Out: a snapshot taken in steps, or an engine and its position.
"""
