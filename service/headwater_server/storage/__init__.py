"""Stores everything of one catalogue on Redis or Valkey: it implements `replica.ports`.

In: a URL or a data directory. Out: `Storage`, with the log, the snapshots and the rest.
"""
