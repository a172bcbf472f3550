"""The shell around one engine: it appends writes to the log, and applies the log's entries.

In: calls of the API. Out: answers from memory, and acknowledgements of durable writes.
"""
