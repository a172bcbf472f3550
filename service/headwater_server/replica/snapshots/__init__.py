"""States kept and restored.

In: an engine in use, or a store. Out: a snapshot taken in steps, or an engine with its place.
"""
