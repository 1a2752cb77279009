"""The polite HTTP session that harvesters use; see `PoliteSession`."""


class PoliteSession:
    """Placeholder until the module is written."""
