"""Which of the server's errors mean that a statement was too large: it may work in parts, never as a whole."""

import psycopg

PROGRAM_LIMITS = "54"  # class of SQLSTATEs: statement too complex, jsonb beyond 256 MB, too many columns
OUT_OF_MEMORY = "53200"
ALLOCATION = "invalid memory alloc request size"  # beyond 1 GB, an internal error to PostgreSQL


def too_large(error: psycopg.Error) -> bool:
    """Whether the same statement with less data may work."""
    state = error.sqlstate or ""
    return state.startswith(PROGRAM_LIMITS) or state == OUT_OF_MEMORY or ALLOCATION in str(error)
