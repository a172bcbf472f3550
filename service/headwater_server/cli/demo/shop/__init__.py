"""The demo shop: its goods, its past, and the processes that serve it."""
