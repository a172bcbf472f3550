"""SASRec: self-attention over the visitor's last items (Kang, McAuley, ICDM 2018)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.quality.peers.neural.sequence_peer import (
    SIZE,
    Parameters,
    SequencePeer,
    dropped,
    matrix,
)
from benchmarks.quality.peers.neural.windows import LENGTH_MAX, PADDING

BLOCKS = 2


class SASRec(SequencePeer):
    """Two blocks of causal self-attention with one head, learned positions, shared embeddings."""

    def __init__(self) -> None:
        super().__init__("SASRec", f"{BLOCKS} blocks, 1 head")

    def new_parameters(self, random: np.random.Generator) -> Parameters:
        """Return positions and blocks."""
        blocks = [
            {name: matrix(random, SIZE, SIZE) for name in ("query", "key", "value", "in", "out")}
            for _ in range(BLOCKS)
        ]
        positions = random.normal(0, 0.05, (LENGTH_MAX, SIZE)).astype(np.float32)
        return {"positions": jnp.asarray(positions), "blocks": blocks}

    def encode(self, parameters: Parameters, items: Any, embedded: Any, key: Any) -> Any:
        """Return the hidden state at each position."""
        keys = [None] * (1 + 2 * BLOCKS) if key is None else jax.random.split(key, 1 + 2 * BLOCKS)
        length = items.shape[1]
        hidden = embedded * SIZE**0.5 + parameters["positions"][-length:]
        is_item = items != PADDING
        hidden = dropped(hidden, keys[0]) * is_item[..., None]
        may_see = jnp.tril(jnp.ones((length, length), bool)) & is_item[:, None, :]
        for number, block in enumerate(parameters["blocks"]):
            first, second = keys[1 + 2 * number], keys[2 + 2 * number]
            hidden = hidden + dropped(_attention(block, _normed(hidden), may_see), first)
            inner = jax.nn.relu(_normed(hidden) @ block["in"]) @ block["out"]
            hidden = (hidden + dropped(inner, second)) * is_item[..., None]
        return _normed(hidden)


def _attention(block: Parameters, hidden: Any, may_see: Any) -> Any:
    scores = (hidden @ block["query"]) @ (hidden @ block["key"]).swapaxes(1, 2) / SIZE**0.5
    weights = jax.nn.softmax(jnp.where(may_see, scores, -1e9), -1)
    return weights @ (hidden @ block["value"])


def _normed(hidden: Any) -> Any:
    """Return each state with mean 0 and deviation 1."""
    centred = hidden - jnp.mean(hidden, -1, keepdims=True)
    return centred / jnp.sqrt(jnp.mean(centred**2, -1, keepdims=True) + 1e-6)
