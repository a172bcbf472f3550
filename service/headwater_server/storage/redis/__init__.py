"""The store as this package sees it.

In: commands and Lua scripts. Out: answers, or errors of the domain.
"""
