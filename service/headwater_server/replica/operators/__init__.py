"""What operators can ask of a replica; nothing is changed by asking.

In: a question. Out: figures of this process, of the state, and of the store.
"""
