"""A shadow: folds the log beside the servers, under other settings, and says how it would do.

In: a log that grows, a policy. Out: a report like that of `headwater evaluate`, again and again.
It reads ahead to know what was shown (`ahead`), folds an attribution window behind (`behind`), and
asks at the place of each answer. It serves nobody and appends nothing.
"""
