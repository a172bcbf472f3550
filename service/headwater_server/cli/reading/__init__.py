"""How commands read a shop's files: the same flags, the same report, everywhere."""
