"""What the processes beside the server find in their environment."""

from __future__ import annotations

KEY_VARIABLE = "HEADWATER_KEY"
"""A backend's key: Envoy sends it for who shows a certificate, the pages' process for itself."""
