"""The version of the read model; alone here, since every command compares it and few need the folds."""

MODEL_VERSION = 19
"""Raise it when the tables or a fold change: a read model of another version is rebuilt from the log."""
