"""What other settings do to the parts of an engine: they are checked, and rankers go on or begin.

In: the parts, and a change of settings. Out: the parts under them.
"""
