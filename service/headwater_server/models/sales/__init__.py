"""What items sell, for each act on them.

In: acts, purchases with what was paid, prices of the catalogue. Out: purchases and revenue per act.
"""
