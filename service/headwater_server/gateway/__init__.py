"""A real Envoy in front of the server, for browsers, REST and TLS.

In: the gateway's settings and the servers behind it. Out: a supervised Envoy, or its files.
"""
