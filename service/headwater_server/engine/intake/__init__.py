"""What is decided about an event before it is learned from.

In: an event. Out: the reason why nothing is learned (poison, repeated, too much), or none.
"""
