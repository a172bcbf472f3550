"""Visitors and accounts: histories, sessions, links, features.

In: ids and interactions. Out: the history of the visitor and the account together.
"""

from headwater_server import models  # noqa: F401 - decides where kernels are kept, before any here
