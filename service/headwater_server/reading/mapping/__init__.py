"""Mappings: what the columns of a file mean, written as TOML and compiled to SQL."""
