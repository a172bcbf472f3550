"""Rules of a replica: reads from the state, previews, and writes that are checked first.

In: operations that the API has translated. Out: what the state holds of them, with its offset.
"""
