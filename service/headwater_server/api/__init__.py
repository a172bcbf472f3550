"""The gRPC API: a guard around each method, which translates, calls the replica and translates.

In: calls of package headwater.v1. Out: responses, or statuses from one table.
"""
