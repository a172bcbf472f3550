"""What `headwater import` does with a history: onto a log, or through a server."""
