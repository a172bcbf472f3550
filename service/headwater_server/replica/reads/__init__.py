"""The way of a question.

In: a request, and the offset that it asks for. Out: a signed slate from memory.
"""
