"""Any shop's files, read: events, items and accounts."""
