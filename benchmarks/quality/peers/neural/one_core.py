"""JAX on one core, as all peers run. Import this before anything of JAX."""

from __future__ import annotations

import os

_FLAGS = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("XLA_FLAGS", _FLAGS)

import jax  # noqa: E402 - reads the flags when it is imported
import jax.numpy as jnp  # noqa: E402 - the same
import optax  # noqa: E402 - imports jax

__all__ = ["jax", "jnp", "optax"]
