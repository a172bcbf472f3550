"""Messages of a source as events, items and deletes of ours."""
