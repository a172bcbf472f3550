"""What is stored beside the log, as objects in a directory or in S3 and its like.

In: a file:// or s3:// URL. Out: snapshots, quarantine, registry, token keys, evaluations.
"""
