"""River estimators, one idea a file. They know items by dense indices and know no clock and no I/O."""
