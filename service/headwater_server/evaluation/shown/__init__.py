"""The first pass over a log: which answers were shown, and what visitors did with them.

Nothing is learned. In: entries in the log's order. Out: answers with their place, question and
what each slot earned.
"""
