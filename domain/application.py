"""Harvesting: the one application of the write side, one method per command.

A command may be called twice: what is done already is not done again, and is no error. The commands are in one module per kind;
how they store what they do is in `domain.storing`.
"""

from collections.abc import Iterable
from uuid import UUID

from domain.deletion_commands import DeletionCommands
from domain.gather_commands import GatherCommands
from domain.job_commands import REMOVE as REMOVE
from domain.objects import HarvestObject
from domain.source_commands import SourceCommands
from domain.source_fields import checked as checked
from domain.storing import ATTEMPTS as ATTEMPTS
from domain.storing import EventLog as EventLog
from domain.undo_commands import UndoCommands


class Harvesting(SourceCommands, GatherCommands, DeletionCommands, UndoCommands):
    """Commands on sources, jobs and objects."""

    name = "harvest"

    def record_objects(self, objects: Iterable[HarvestObject]) -> frozenset[UUID]:
        """Store what happened to objects, in one call; those that somebody else changed first (their outcome counts)."""
        return self.record(*objects)
