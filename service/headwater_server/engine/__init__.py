"""The deterministic core: entries and requests come in, outcomes and answers go out.

No I/O, no clock, no global random numbers. Sub-packages are the steps; imports go one way.
"""
