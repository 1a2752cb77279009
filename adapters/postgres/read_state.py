"""The state of everything that a kept answer of the server depends on, as one row that is cheap to read (decision 0058).

It is the same twice only if nothing was committed in between that could change such an answer: the read model and the
schedules move with their projections' positions, all else raises ops.read_version in its own transaction.
"""

from typing import LiteralString

STATE: LiteralString = """
    SELECT c.tableoid, c.notification_id, c.model_version, w.notification_id, v.number
    FROM harvest.checkpoint c CROSS JOIN ops.checkpoint w CROSS JOIN ops.read_version v
    WHERE w.name = 'work'
"""
"""A rebuild swaps tables: `tableoid` tells the new read model from the old one at the same position."""
RAISE: LiteralString = "UPDATE ops.read_version SET number = number + 1"
"""For whoever changes what is read without moving a projection."""
