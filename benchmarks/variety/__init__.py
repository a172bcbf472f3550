"""What variety costs: hit rate, and the engine's time for an answer, level by level."""
