"""Event store, content store, projections and migrations on PostgreSQL."""
