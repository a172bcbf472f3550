"""Sequence models that a shop could train itself, on JAX: SASRec and GRU4Rec."""
