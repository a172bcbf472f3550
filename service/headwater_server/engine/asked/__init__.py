"""What visitors ask just before they act, found out by the kernel that learns the acts.

In: events with what is excluded from the lists before them. Out: the ranks of their items.
"""
