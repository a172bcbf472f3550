"""The demo shop: its products, its past events, and the processes that serve it."""
