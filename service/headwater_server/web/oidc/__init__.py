"""Signing in to the console by OpenID Connect: authorization code flow with PKCE.

In: the settings `oidc_…`. Out: routes under /console/auth, whose cookie the gateway turns into a
session that the servers check.
"""
