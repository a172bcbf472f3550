"""Several server processes on one port: a parent, its workers, and one follower.

In: settings and the flags of the command line. Out: a supervised pool that serves one address.
"""
