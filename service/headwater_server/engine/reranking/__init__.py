"""Rules and diversity on top of the scores, slot by slot, under exact propensities."""
