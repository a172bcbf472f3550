"""Encodes the engine's values as bytes, and decodes them; nothing here does I/O.

In: entries, items, users, parts of snapshots. Out: protobuf or plain bytes with checksums.
"""
