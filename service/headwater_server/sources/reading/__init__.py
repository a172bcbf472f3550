"""Reads messages from a position on: of a topic of Kafka, of a Redis Stream."""
