"""Commands on Kafka topics: codec, topics, producer, dispatcher, consumer."""
