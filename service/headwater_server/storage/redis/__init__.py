"""The client of the Redis or Valkey server.

In: commands and Lua scripts. Out: answers, or errors of the domain.
"""
