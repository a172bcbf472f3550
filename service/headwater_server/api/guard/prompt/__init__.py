"""Calls that are answered without a task of their own, as long as nothing competes with them.

In: a call's events, and what may answer its request. Out: the answer's bytes, or nothing: then the
method's coroutine answers.
"""
