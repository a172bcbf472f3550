"""The inputs of the similarity kernels, collected from catalogue and models."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.models import Models
from headwater_server.engine.reranking.field_values import FieldValues
from headwater_server.engine.reranking.levels import AUTO_REACH, AUTO_STRANGER, LEVELS, Level
from headwater_server.engine.reranking.similarity import SHRINK, squares, variety
from headwater_server.models.base import CAPACITY_START, grown

CATEGORIES = "categories"


class SimilarityInputs:
    """Fields as numbers and scratch for kernels; none of it is state."""

    def __init__(self, models: Models, catalogue: Catalogue) -> None:
        self.models = models
        self.catalogue = catalogue
        self._field_values: dict[str, FieldValues] = {}
        self._category_marks = np.zeros(CAPACITY_START, dtype=np.int64)
        self._token_marks = np.zeros(CAPACITY_START, dtype=np.int64)
        self._places = np.full(CAPACITY_START, -1, dtype=np.int32)

    def field_values(self, field: str) -> FieldValues:
        """Return a field as numbers."""
        columns = self.catalogue.columns
        known = self._field_values.get(field)
        if known is None or known.columns is not columns:  # the catalogue was loaded again
            known = self._field_values[field] = FieldValues(field, columns)
        return known

    def of(self, items: NDArray[np.int32]) -> tuple[Any, ...]:
        """Return the inputs of `update_similarities` for these candidates."""
        categories = self.field_values(CATEGORIES)
        by_item = categories.of(items)
        all_tokens, frequencies, described = self.models.content.vocabulary
        tokens = all_tokens[items]
        worth, inverse = squares(tokens, frequencies, described)
        pairs, unit = self.models.companions.pairs
        self._category_marks = grown(self._category_marks, categories.count + 1)
        self._token_marks = grown(self._token_marks, len(frequencies) + 1)
        roots = np.sqrt(self.models.activity.interactions[items] + SHRINK)
        return (
            by_item, self._category_marks, tokens, self._token_marks, worth, inverse,
            items, roots, self._placed(items), pairs, unit,
        )  # fmt: skip

    def _placed(self, items: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return int32[items]: each candidate's row, -1 for the others."""
        if len(self._places) < self.catalogue.rows:
            self._places = np.full(self.catalogue.rows, -1, dtype=np.int32)
        self._places[items] = np.arange(len(items), dtype=np.int32)
        return self._places

    def done(self, items: NDArray[np.int32]) -> None:
        """Clear the scratch after these candidates."""
        self._places[items] = -1

    def variety(self, items: NDArray[np.int32]) -> float:
        """Return the mean dissimilarity of all pairs of at least two items."""
        try:
            return float(variety(self.of(items)))
        finally:
            self.done(items)

    def weights(self, level: Level, history: NDArray[np.int32]) -> tuple[float, float]:
        """Return the level's numbers; those of ``auto`` depend on the visitor's last items."""
        category, similar = LEVELS[level]
        if level != "auto":
            return category, similar
        last, share = history[:AUTO_REACH], AUTO_STRANGER
        if len(last) > 1:
            share = self.variety(last)
        return share * category, share * similar
