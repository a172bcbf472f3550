"""Answers the questions of many visitors in one kernel.

In: plain questions. Out: the slots of each, as they are when it is asked alone.
"""
