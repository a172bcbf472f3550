"""A sink of Kafka topics: each batch and the place on the log are one transaction."""
