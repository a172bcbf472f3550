"""The signed token that carries a slate to the shop and back.

In: a slate and a key. Out: text for the caller, and the slate again from that text.
"""
