"""The engine's inputs and outputs as plain values, without a wire format.

In: entries with their operations, and requests. Out: outcomes and answers.
"""
