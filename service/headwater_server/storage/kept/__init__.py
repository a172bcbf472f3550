"""What is kept beside the log, each on keys of its own.

Snapshots, quarantine, the replicas' reports, the keys of tokens, and how much all of it takes.
"""
