"""How long answers wait while a snapshot of a large state is taken."""
