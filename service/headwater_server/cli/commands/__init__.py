"""The commands, one in each file, named as the user types it.

In: flags. Out: the result on standard output, and an honest exit code.
"""
