"""One server process under load, beside bare echoes of the same concurrency style."""
