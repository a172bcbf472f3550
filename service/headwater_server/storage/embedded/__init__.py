"""Starts, watches and stops a valkey-server on a data directory.

In: a directory. Out: a socket, and a lock, so that no other process uses the directory.
"""
