"""The shop's items: their numbers, their fields by column, filters over them.

In: writes and filter texts. Out: items, and a mask of the items that pass.
"""
