"""Visitors and accounts: histories, sessions, links, features.

In: ids and interactions. Out: the history of the visitor and the account together.
"""
