"""Who calls, by the headers of a request: our own tokens, or those of the configured CKAN."""
