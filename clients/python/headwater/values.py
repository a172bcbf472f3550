"""Circumstances and features: text or number, by name."""

from collections.abc import Mapping

Values = Mapping[str, str | float]
