"""The actions over HTTP: a route parses, calls one action, and shows the result."""
