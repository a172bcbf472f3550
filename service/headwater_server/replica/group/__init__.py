"""What replicas know about each other.

In: reports and marks. Out: which replicas are live, how far each is, and whether digests agree.
"""
