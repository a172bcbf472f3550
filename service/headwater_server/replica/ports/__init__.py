"""What the replica needs from a store and from an engine, as interfaces and plain values.

The package `storage` implements the first, `engine.engine.Engine` the second.
"""
