"""`headwater causal`: what placing, and what seeing an item does to what visitors do.

In: a log with its snapshots. `first_pass` collects lists and acts, `second_pass` replays the chance
of each candidate, `analysis` estimates, `gates` refuses, and the rest writes. See docs/causal.md.
"""
