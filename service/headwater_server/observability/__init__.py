"""What is measured of calls and replicas, and how it leaves the process.

In: calls and a replica's standing. Out: `/metrics`, log lines with request ids, spans.
"""
