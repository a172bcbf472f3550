"""What can be read from the state beside a slate.

In: a question about items, users, lists or figures. Out: the answer; nothing changes.
"""
