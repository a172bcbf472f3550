"""River's own estimators inside the engine: named by a setting, seeded, kept as plain values.

In: an expression such as `linear_model.LogisticRegression()`. Out: a ranker.
"""
