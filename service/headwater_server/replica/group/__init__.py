"""What a replica and the others know of each other.

In: reports and marks. Out: who is alive, how far each is, and whether digests agree.
"""
