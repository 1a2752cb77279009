"""The read model: its tables, its queries, its rebuild (schema `harvest`)."""
