"""The items and accounts of files."""
