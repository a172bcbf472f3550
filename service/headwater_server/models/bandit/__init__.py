"""A contextual bandit over few actions: what each is worth here, and how sure that is.

In: a context and actions. Out: the chance that each action is the best one, from beliefs that each
reward moves at once.
"""
