"""Sequence models that a shop could train itself, on JAX: SASRec and GRU4Rec."""

from __future__ import annotations

import os

# one core, as all peers run on; JAX reads it when it is imported, which is after this package
_ONE_CORE = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("XLA_FLAGS", _ONE_CORE)
