"""What data can say about policies and experiments: pure functions on numpy and scipy.

In: plain arrays and numbers, in the order of the log where order matters. Out: values, intervals,
verdicts. It knows neither the engine nor the log, draws no random number without a seed, and each
method is a file with its equation, assumptions, source and example.
"""
