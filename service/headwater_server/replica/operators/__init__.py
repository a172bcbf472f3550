"""Answers to operators' questions about a replica; they change nothing.

In: a question. Out: figures of this process, of the state, and of the store.
"""
