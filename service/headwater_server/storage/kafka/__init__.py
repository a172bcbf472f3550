"""The log on Kafka: one topic with one partition.

In: a kafka:// URL. Out: what `storage.log` offers on Redis, with the brokers' promises.
"""
