"""ExperimentService: policies, experiments, their reports, evaluations, arms; a module for each.

In: messages, and plain values of the engine. Out: checked operations, and messages.
"""
