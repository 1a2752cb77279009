"""Commands on Kafka topics: codec, topics, dispatcher, consumer."""
