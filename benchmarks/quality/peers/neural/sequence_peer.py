r"""What SASRec and GRU4Rec share here: histories, trainings, and one question.

The loss of a position with hidden state :math:`h`, whose next item is :math:`t`, is the softmax
cross-entropy over :math:`t` and :math:`N` items :math:`n` that are drawn uniformly,

.. math:: -\log \frac{e^{h \cdot e_t}}{e^{h \cdot e_t} + \frac{I}{N} \sum_n e^{h \cdot e_n}}

where :math:`I` is the number of items and :math:`e` their embeddings. The factor makes the drawn
items represent all (sampled softmax: Jean et al., ACL 2015). Both papers train with fewer
negatives; with many of them both models are much better (Klenitskiy, Vasilev, RecSys 2023;
Hidasi, Czapp, RecSys 2023).
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.quality.peers.neural.windows import (
    BATCH,
    LENGTH_MAX,
    PADDING,
    batches,
    padded,
    windows,
)
from headwater_server.evaluation.baselines.numbering import Numbering, best
from headwater_server.evaluation.baselines.popularity import FILLED, Popular
from headwater_server.evaluation.baselines.recommender import Recommender

Parameters = dict[str, Any]

FIRST_EVENTS = (1_000, 5_000)
EVERY_EVENTS = 10_000  # a tenth of the stream that `make quality` reads
EPOCHS = 10  # of a training, more of them while that is fewer than STEPS_MIN batches
STEPS_MIN = 200
NEGATIVES = 1_024
SIZE = 64
RATE = 0.001
DROPOUT = 0.2
ROOM = 4_096  # embeddings grow by so many items, since each size is compiled for itself
SEED = 1
SETTINGS = (
    f"{SIZE} numbers an item, the last {LENGTH_MAX} items, sampled softmax with {NEGATIVES:,} "
    f"items, Adam {RATE}, dropout {DROPOUT}, {EPOCHS} epochs a training and at least {STEPS_MIN} "
    f"batches of {BATCH}; trained after {' and '.join(f'{n:,}' for n in FIRST_EVENTS)} events and "
    f"then every {EVERY_EVENTS:,}"
)


class SequencePeer(Recommender):
    """A model that predicts the next item of a visitor's sequence.

    It is trained on all rewarded events so far, from the parameters of the training before; between
    two trainings it knows no new items, but every question has the visitor's newest items.
    ``training_cpu_s``: CPU seconds of all trainings.
    """

    def __init__(self, name: str, settings: str) -> None:
        self.name = name
        self.settings = f"{settings}, {SETTINGS}; {FILLED}"
        self._items, self._visitors = Numbering(), Numbering()
        self._sequences: list[list[int]] = []
        self._popular = Popular()
        self._events = 0
        self._trained_items = 0
        self._parameters: Parameters = {}
        self._optimizer = optax.adam(RATE)
        self._random = np.random.default_rng(SEED)
        self._step = jax.jit(partial(_step, self.encode, self._optimizer))
        self._score = jax.jit(self._scores)

    @abstractmethod
    def new_parameters(self, random: np.random.Generator) -> Parameters:
        """Return the parameters besides the items' embeddings, untrained."""

    @abstractmethod
    def encode(self, parameters: Parameters, items: Any, embedded: Any, key: Any) -> Any:
        """Return the hidden states (batch, length, SIZE).

        ``items`` (batch, length) are numbers, PADDING in front; ``embedded`` their embeddings.
        ``key`` draws the dropout; None: a question, without dropout.
        """

    def learn(
        self, visitor_id: str, item_id: str, reward: float, value: float | None, time_s: float
    ) -> None:
        """Append a rewarded item to its visitor's sequence; train again when it is time."""
        del value, time_s
        self._popular.learn(item_id, reward)
        item, visitor = self._items.number(item_id) + 1, self._visitors.number(visitor_id)
        if visitor == len(self._sequences):
            self._sequences.append([])
        if reward > 0:
            self._sequences[visitor].append(item)
        self._events += 1
        if self._events in FIRST_EVENTS or self._events % EVERY_EVENTS == 0:
            started_s = time.process_time()
            self._train()
            self.training_cpu_s += time.process_time() - started_s

    def recommend(
        self, visitor_id: str, now_s: float, left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return the most probable next items of those that the last training knew."""
        del now_s
        visitor = self._visitors.find(visitor_id)
        sequence = [] if visitor is None else self._sequences[visitor]
        known = [item for item in sequence[-LENGTH_MAX:] if item <= self._trained_items]
        ranked: list[tuple[str, float]] = []
        if known:
            scores = np.asarray(self._score(self._parameters, padded(known, LENGTH_MAX)))
            scores = scores[1 : self._trained_items + 1]
            hidden = {number for number in self._items.known(left_out) if number < len(scores)}
            ranked = [(self._items.ids[k], float(scores[k])) for k in best(scores, hidden, n)]
        return self._popular.fill(ranked, left_out, n)

    def _train(self) -> None:
        cut = windows(self._sequences)
        self._make_room()
        self._trained_items = len(self._items)
        state = self._optimizer.init(self._parameters)
        epochs = max(EPOCHS, -(-STEPS_MIN * BATCH // max(1, len(cut))))
        scale = np.float32(self._trained_items / NEGATIVES)
        for _ in range(epochs if cut else 0):
            for inputs, targets in batches(cut, self._random):
                drawn = self._random.integers(1, self._trained_items + 1, NEGATIVES, np.int32)
                key = jax.random.key(int(self._random.integers(2**31)))
                self._parameters, state = self._step(
                    self._parameters, state, inputs, targets, drawn, scale, key
                )

    def _make_room(self) -> None:
        """Give every item an embedding; those that were trained keep theirs."""
        kept = np.asarray(self._parameters.get("items", np.zeros((0, SIZE), np.float32)))
        if not self._parameters:
            self._parameters = self.new_parameters(self._random)
        rows = ROOM * (len(self._items) // ROOM + 1)
        if rows > len(kept):
            more = self._random.normal(0, 0.05, (rows - len(kept), SIZE)).astype(np.float32)
            self._parameters["items"] = jnp.asarray(np.concatenate([kept, more]))

    def _scores(self, parameters: Parameters, sequence: Any) -> Any:
        items = sequence[None, :]
        hidden = self.encode(parameters, items, parameters["items"][items], None)
        return parameters["items"] @ hidden[0, -1]


def _step(
    encode: Any,
    optimizer: Any,
    parameters: Parameters,
    state: Any,
    inputs: Any,
    targets: Any,
    drawn: Any,
    scale: Any,
    key: Any,
) -> tuple[Parameters, Any]:
    """Return parameters and optimiser after one batch."""

    def loss(tried: Parameters) -> Any:
        hidden = encode(tried, inputs, tried["items"][inputs], key)
        positive = jnp.sum(hidden * tried["items"][targets], -1)
        others = hidden @ tried["items"][drawn].T
        others = jnp.where(drawn == targets[..., None], -jnp.inf, others) + jnp.log(scale)
        every = jnp.concatenate([positive[..., None], others], -1)
        is_target = targets != PADDING
        lost = jnp.where(is_target, jax.nn.logsumexp(every, -1) - positive, 0.0)
        return jnp.sum(lost) / jnp.maximum(jnp.sum(is_target), 1)

    updates, state = optimizer.update(jax.grad(loss)(parameters), state, parameters)
    return optax.apply_updates(parameters, updates), state


def dropped(values: Any, key: Any) -> Any:
    """Return the values with a share of DROPOUT set to 0, and the others larger; None: all."""
    if key is None:
        return values
    kept = jax.random.bernoulli(key, 1 - DROPOUT, values.shape)
    return jnp.where(kept, values / (1 - DROPOUT), 0.0)


def matrix(random: np.random.Generator, *shape: int) -> Any:
    """Return an untrained matrix: normal, with a deviation of one over the root of its inputs."""
    return jnp.asarray(random.normal(0, shape[0] ** -0.5, shape).astype(np.float32))
