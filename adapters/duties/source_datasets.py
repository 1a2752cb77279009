"""Keeps a CKAN's datasets of type harvest in step with the sources, where HARVEST_CKAN_SOURCES says so.

It follows the log with a checkpoint of its own. What is noted there is compared with CKAN and written only where it differs, so
that a second run, or another leader that begins in the middle, does no harm (decision 0069).
"""

import logging
from datetime import datetime

from adapters.postgres.source_datasets import SourceDatasetRows, Waiting
from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.source_dataset import SourceDatasets, source_dataset
from domain.application import Harvesting
from domain.errors import ServiceUnavailable, TargetError
from domain.sources import HarvestSource

log = logging.getLogger(__name__)

EVENTS, SOURCES = 1000, 20  # at a time


class KeepSourceDatasets:
    """Stores sources that were entered, changed, deactivated, reactivated or removed."""

    name = "datasets of sources"
    trouble = "sources aren't kept as datasets in CKAN"
    interval = 2.0
    on_news = False
    pace = 0.0

    def __init__(self, rows: SourceDatasetRows, application: Harvesting, datasets: SourceDatasets) -> None:
        self._rows = rows
        self._application = application
        self._datasets = datasets

    def run(self, now: datetime) -> bool:
        """Note what has changed, store what is due; True when there may be more. Raises ServiceUnavailable without CKAN."""
        more = self._rows.follow(EVENTS)
        due = self._rows.due(SOURCES)
        sources = self._application.load_many(HarvestSource, {row.source_id for row in due})
        for row in due:
            source = sources.get(row.source_id)
            if source is None:
                self._rows.failed(row, f"There is no source {row.source_id}")
            else:
                self._keep(row, source)
        return more or len(due) == SOURCES

    def _keep(self, row: Waiting, source: HarvestSource) -> None:
        try:
            done = self._datasets.keep(source_dataset(source))
        except TargetError as error:
            self._rows.failed(row, str(error))
            if error.retryable and not isinstance(error, Refusal):
                raise ServiceUnavailable(str(error)) from error
            if not row.attempts:
                log.warning("source %s in CKAN: %s; trying again", source.fields.name, error, extra={"source": str(source.id)})
            return
        except (KeyError, TypeError, AttributeError, ValueError) as error:  # of a dataset in a form that no CKAN has by itself
            self._rows.failed(row, f"CKAN's dataset can't be read: {type(error).__name__}: {error}")
            if not row.attempts:
                log.warning("source %s in CKAN", source.fields.name, exc_info=error, extra={"source": str(source.id)})
            return
        self._rows.stored(row)
        if done:
            log.info("source %s in CKAN: %s", source.fields.name, done, extra={"source": str(source.id)})
