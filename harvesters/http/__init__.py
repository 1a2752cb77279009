"""The polite HTTP session that harvesters share."""

from harvesters.http.session import HttpLimits, PoliteSession

__all__ = ["HttpLimits", "PoliteSession"]
