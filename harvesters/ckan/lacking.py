"""Datasets that a source holds and the remote's listing lacks, where that can't tell which of them are gone.

A remote whose count is too large may count datasets that it doesn't list. Then each one that is lacking is asked for by its id:
the remote says of those that are gone that they are, and shows the others.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from domain.errors import RemoteError
from harvesters.ckan.listing import usable_id
from harvesters.ckan.pages import SLOW, WHOLLY
from harvesters.ckan.refusals import hides_dataset

MOST = 200  # datasets that one job asks for; the next job goes on behind them

log = logging.getLogger(__name__)

Show = Callable[[str], Mapping[str, Any]]  # raises RemoteError
Wanted = Callable[[Mapping[str, Any]], bool]


class Lacking:
    """`held`: ids that the source holds; `listed`: hashes of those of the listing; `after`: the last one that was asked for.

    `stopped`: the last one that was asked for now, empty where none are behind it. `answered`: the remote says of those that
    were asked for what became of them.
    """

    def __init__(self, held: Iterable[str], listed: Collection[int], after: str = "") -> None:
        self.guids = sorted(guid for guid in held if hash(guid) not in listed)
        self.stopped = after if self.guids else ""
        self.answered = False
        self._after = after

    def gone(self, show: Show, is_wanted: Wanted, sample: str) -> list[str]:
        """Those of which the remote says that they are gone, or which it shows as none that is wanted.

        `sample` is one that is listed: where that isn't shown, before and after, the answers mean nothing, and none is gone.
        One that takes too long is the last: a gather that waits for many of them would be given up.
        """
        waiting = [guid for guid in self.guids if guid > self._after] or self.guids
        if not waiting or not _is_shown(show, sample):
            return []
        asked: list[str] = []
        gone: list[str] = []
        try:
            for guid in waiting[:MOST]:
                asked.append(guid)
                if _is_gone(show, is_wanted, guid):
                    gone.append(guid)
        except RemoteError as error:
            log.warning("datasets that are not listed any more can't be asked for: %s", error)
            if error.code not in SLOW:
                return []
        if not _is_shown(show, sample):
            return []
        self.answered = True
        self.stopped = asked[-1] if len(waiting) > len(asked) else ""
        log.info("%d datasets are not listed any more; %d were asked for, %d are gone", len(self.guids), len(asked), len(gone))
        return gone


def _is_gone(show: Show, is_wanted: Wanted, guid: str) -> bool:
    """Raises RemoteError when the remote is away, or the answer takes too long."""
    try:
        package = show(guid)
    except RemoteError as error:
        if error.code in WHOLLY or error.code in SLOW:
            raise
        return hides_dataset(error)
    return usable_id(package) == guid and not is_wanted(package)


def _is_shown(show: Show, guid: str) -> bool:
    try:
        return usable_id(show(guid)) == guid
    except RemoteError as error:
        log.warning("package_show doesn't show dataset %s, which is listed: %s", guid, error)
        return False
