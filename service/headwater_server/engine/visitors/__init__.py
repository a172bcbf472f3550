"""Visitors and accounts: histories, sessions, links, features.

In: ids and interactions. Out: one history that counts for who asks or acts.
"""
