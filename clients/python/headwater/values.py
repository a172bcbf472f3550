"""The values of a context and of features: text or number, by name."""

from collections.abc import Mapping

Values = Mapping[str, str | float]
