"""What some settings may say: event types and rankers.

In: plain texts. Out: their parts, or what is wrong with them. It knows no engine.
"""
