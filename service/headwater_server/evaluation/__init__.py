"""Measuring: the same engine folded over a file, and the files themselves."""
