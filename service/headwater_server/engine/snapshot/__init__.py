"""The whole state as a list of (path, plain value): one walker for digest and snapshot.

In: the tree of parts. Out: the digest, and a copy taken in short steps.
"""
