"""The event log: appending, loading, following."""
