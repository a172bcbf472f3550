"""Arms of an experiment compared: at any time, once at the end, with history taken out."""
