"""Which key may call which method, and how often.

In: the settings `keys` and `page_keys`, and a call's header. Out: permission, or an error.
"""
