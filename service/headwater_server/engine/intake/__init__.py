"""The decisions about an event before it is learned.

In: an event. Out: the reason why it is not learned (invalid, repeated, too many), or none.
"""
