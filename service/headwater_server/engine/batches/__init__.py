"""Plain acts of an entry noted together, by column.

In: operations of an entry. Out: acts that wait to be learned, as one by one.
"""
