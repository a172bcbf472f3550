"""What an experiment counts: rows of exposed profiles, sums of arms, earlier sums.

In: exposures and acts. Out: the numbers that inference needs.
"""
