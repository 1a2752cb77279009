"""All input and output: Postgres, Kafka, targets, command line, embedded services."""
