"""The events of files: times, checks, order, ids."""
