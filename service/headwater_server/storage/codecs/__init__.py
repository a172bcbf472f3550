"""The engine's values as bytes, and back; nothing here sends anything.

In: entries, items, users, snapshots' parts. Out: protobuf or plain bytes with checksums.
"""
