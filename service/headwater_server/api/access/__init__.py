"""Who may call what, and how often.

In: the settings `keys` and `page_keys`, and a call's header. Out: permission, or an error.
"""
