"""Commands on Kafka topics: codec, topics, producer, consumer."""
