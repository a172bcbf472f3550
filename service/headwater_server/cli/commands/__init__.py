"""The commands, one a file, named as it is typed.

In: flags. Out: what was asked for on standard output, and an honest exit code.
"""
