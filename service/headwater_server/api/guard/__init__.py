"""What surrounds every method: key, limits, deadline, errors, meters, log.

In: a call as gRPC brings it. Out: the method's answer, or a status from the one table.
"""
