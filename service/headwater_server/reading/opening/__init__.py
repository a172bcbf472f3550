"""Files of any container and encoding, opened as tables of text."""
