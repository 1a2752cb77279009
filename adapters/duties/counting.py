"""Adds up how many packages of the local catalogue have which value, after workers have noted what changed."""

from datetime import datetime

from adapters.duties.rounds import QUIET
from adapters.postgres.database import Database
from adapters.targets.catalogue_search import AT_A_TIME, add_up


class CountFacets:
    """Some changes at a time. Searches are right without it, but look at each change that it hasn't added up."""

    name = "counting the catalogue's facets"
    trouble = "searches of the local catalogue become slow"
    interval = QUIET
    on_news = True
    pace = 5.0

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self, now: datetime) -> bool:
        """Add up some changes; whether there are more."""
        return add_up(self._database) == AT_A_TIME
