"""Wraps every method: key, limits, deadline, errors, meters, log.

In: a call as gRPC delivers it. Out: the method's response, or a status from the one table.
"""
