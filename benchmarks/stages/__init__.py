"""Where the CPU of one Recommend and of one event goes."""
