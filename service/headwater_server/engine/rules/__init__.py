"""Rules that editors write while the shop runs: over those of the settings, with their history.

In: operations of the log. Out: the rules in force, what was changed by whom, and previews.
"""
