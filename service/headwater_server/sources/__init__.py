"""Reads what a company has in Kafka or in a Redis Stream into our log, each message once.

In: topics and streams that settings name. Out: entries with events or items and the new position.
"""
