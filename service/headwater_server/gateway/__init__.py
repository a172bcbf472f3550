"""The gateway: a real Envoy in front of the server, made from our settings and kept alive."""
