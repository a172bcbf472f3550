"""The second pass over a log: each answer is asked again, at its place, under each policy.

In: a log with its snapshots, the answers of `evaluation.shown`. Out: the chances with which each
policy would have shown what was shown.
"""
