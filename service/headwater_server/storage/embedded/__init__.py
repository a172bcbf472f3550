"""A real valkey-server on a data directory: started, watched and stopped by us.

In: a directory. Out: a socket, and the certainty that nobody else uses the directory.
"""
