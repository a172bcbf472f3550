"""What is measured of calls and replicas, and how it leaves the process.

In: calls and the measurements of a replica. Out: `/metrics`, log lines with ids, spans.
"""
