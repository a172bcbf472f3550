"""The shell around one engine: what arrives goes onto the log, what is on the log is applied.

In: calls of the API. Out: answers from memory, and acknowledgements of durable writes.
"""
