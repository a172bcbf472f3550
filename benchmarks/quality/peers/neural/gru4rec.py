"""GRU4Rec: a recurrent network over the visitor's last items (Hidasi et al., ICLR 2016).

With the loss and the shared embeddings of the later paper (Hidasi, Karatzoglou, CIKM 2018).
"""

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
from benchmarks.quality.peers.neural.windows import PADDING

GATES = ("update", "reset", "new")


class GRU4Rec(SequencePeer):
    """One layer of gated recurrent units whose state is compared with the items' embeddings."""

    def __init__(self) -> None:
        super().__init__("GRU4Rec", "1 layer")

    def new_parameters(self, random: np.random.Generator) -> Parameters:
        """Return the gates' matrices and biases, and the last layer's."""
        gates = {
            gate: {
                "input": matrix(random, SIZE, SIZE),
                "state": matrix(random, SIZE, SIZE),
                "bias": jnp.zeros(SIZE),
            }
            for gate in GATES
        }
        return {"gates": gates, "out": matrix(random, SIZE, SIZE)}

    def encode(self, parameters: Parameters, items: Any, embedded: Any, key: Any) -> Any:
        """Return the hidden state after each item; padding leaves it as it is."""
        first, second = (None, None) if key is None else jax.random.split(key)
        gates = parameters["gates"]
        inputs = dropped(embedded, first) * SIZE**0.5

        def step(state: Any, at: tuple[Any, Any]) -> tuple[Any, Any]:
            value, is_item = at
            after = jnp.where(is_item[:, None], _gated(gates, value, state), state)
            return after, after

        start = jnp.zeros((items.shape[0], SIZE))
        by_place = (inputs.swapaxes(0, 1), (items != PADDING).T)
        _, states = jax.lax.scan(step, start, by_place)
        return dropped(states.swapaxes(0, 1), second) @ parameters["out"]


def _gated(gates: Parameters, value: Any, state: Any) -> Any:
    def sums(gate: str, remembered: Any) -> Any:
        weights = gates[gate]
        return value @ weights["input"] + remembered @ weights["state"] + weights["bias"]

    update = jax.nn.sigmoid(sums("update", state))
    reset = jax.nn.sigmoid(sums("reset", state))
    new = jnp.tanh(sums("new", reset * state))
    return update * state + (1 - update) * new
