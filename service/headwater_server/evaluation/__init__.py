"""Backtests: the online engine on a file of past events; the formats of such files.

In: files of events and items, or a simulated shop. Out: entries of the log, hit rates, a report.
"""
