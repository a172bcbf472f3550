"""The values of items by field, for filters, rules and groups.

In: items. Out: their values by the names that filters use, and the group of each item.
"""
