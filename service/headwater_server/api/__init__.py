"""gRPC in and out: the guard first, then translate, call, translate.

In: calls of package headwater.v1. Out: its answers, or statuses from one table.
"""
