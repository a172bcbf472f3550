"""What is stored besides the log, each part under its own keys.

Snapshots, quarantine, the replicas' reports, the keys of tokens, and the size of all of it.
"""
