"""What the log holds as JSON objects for other systems: served lists, outcomes, rejected events."""
