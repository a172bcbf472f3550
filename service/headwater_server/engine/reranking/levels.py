r"""The costs of variety, level by level.

With $R$ the best score minus the $n$th best of a list of $n$ slots (at least the temperature), an
item's score in a slot is lowered by

$$R\,\Big(a \sum_{j} \frac{|K_i \cap K_j|}{|K_i \cup K_j|} + b \max_{j} \mathrm{like}(i, j)\Big)$$

over the slots $j$ before; $K$ are an item's categories.
"""

from __future__ import annotations

from typing import Literal

Level = Literal["none", "low", "medium", "high", "auto"]

LEVELS: dict[str, tuple[float, float]] = {
    "none": (0.0, 0.0),
    "low": (0.05, 0.2),
    "medium": (0.15, 0.5),
    "high": (0.4, 1.0),
    "auto": (0.15, 0.5),  # times the variety of the visitor's own last items
}
"""Level -> (a: for each further item of a category, b: for the most similar item before)."""

AUTO_REACH = 10
"""Items of the visitor's history that decide the level ``auto``."""
AUTO_STRANGER = 0.5
"""Its factor of ``medium`` for a history of fewer than two items."""
