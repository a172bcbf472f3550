"""River estimators, one idea a file. Items are dense indices; no clock, no I/O."""
