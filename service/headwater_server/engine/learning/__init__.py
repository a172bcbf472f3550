"""Learning from events, and from impressions once their window is over.

In: interactions and reported slates. Out: changed models, and the loss before the change.
"""
