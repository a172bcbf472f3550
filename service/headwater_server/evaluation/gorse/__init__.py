"""Files that Gorse exports: items, users and feedback, in every format of its versions.

In: a JSON, CSV or dump file. Out: our item writes, user writes and events, or `BadFile`.
"""
