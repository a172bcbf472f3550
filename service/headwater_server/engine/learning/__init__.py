"""What an event teaches, and what an impression teaches once its window is over.

In: interactions and reported slates. Out: changed models, and the loss before the change.
"""
