"""Avro schemas of the messages on Kafka; every version is kept (RULE: add fields only with a default)."""
