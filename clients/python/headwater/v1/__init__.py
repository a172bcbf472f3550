"""Stubs of the package headwater.v1, made from protos/headwater/v1 by scripts/generate.py."""
