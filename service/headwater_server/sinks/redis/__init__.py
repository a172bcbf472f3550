"""A sink of Redis Streams: each batch and the place on the log are one script."""
