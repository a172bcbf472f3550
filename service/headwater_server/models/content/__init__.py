"""The content of items: words and categories.

In: described items and histories. Out: evidence also for items without any interaction.
"""
