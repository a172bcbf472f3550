"""ModelService: status, statistics, samples, quarantine and settings, one module for each.

In: plain values of the replica, and requests. Out: messages, and plain questions.
"""
