"""What the Action API answers, by keys and types, and a client of a server that has some to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from adapters.bootstrap import Parts
from tests.support.web_server import SYSADMIN, WebServer

SOURCE = {
    "id": str, "name": str, "title": str, "url": str, "notes": str, "type": str, "state": str, "private": bool,
    "owner_org": str | None, "organization": dict | None, "creator_user_id": str | None, "metadata_created": str,
    "extras": list, "source_type": str, "frequency": str, "config": str, "status": dict, "active": bool,
}  # fmt: skip
LISTED = {
    "id": str, "url": str, "title": str, "description": str, "config": str, "created": str, "type": str, "active": bool,
    "user_id": str, "publisher_id": str, "frequency": str, "next_run": str | None, "publisher_title": str, "status": dict,
}  # fmt: skip
JOB = {
    "id": str, "created": str, "gather_started": str | None, "gather_finished": str | None, "finished": str | None,
    "source_id": str, "status": str, "stats": dict,
}  # fmt: skip
OBJECT = {
    "id": str, "guid": str, "current": bool, "gathered": str, "fetch_started": str | None, "content": str | None,
    "fetch_finished": str | None, "import_started": str | None, "import_finished": str | None, "state": str,
    "metadata_modified_date": str | None, "retry_times": int, "harvest_job_id": str, "harvest_source_id": str,
    "package_id": str | None, "report_status": str | None, "source": str, "job": str, "errors": list, "extras": dict,
}  # fmt: skip
COUNTERS = {"added", "updated", "not modified", "errored", "deleted"}


@dataclass(frozen=True)
class Api:
    """A server on a database with a source of three records, of which one failed, and a private source."""

    server: WebServer
    parts: Parts
    job: str

    def read(self, action: str, token: str = SYSADMIN, **query: Any) -> Any:
        """The result of a GET."""
        answer = self.server.get(action, urlencode(query), token)
        assert answer.status == 200, f"{action} {query}: {answer.status} {answer.body!r}"
        return answer.json["result"]

    def refused(self, action: str, token: str = SYSADMIN, **values: Any) -> tuple[int, dict[str, Any]]:
        """Status and error of a POST that fails."""
        answer = self.server.post(action, values, token)
        assert not answer.json["success"], f"{action} {values}: {answer.body!r}"
        return answer.status, answer.json["error"]


def assert_shape(value: Mapping[str, Any], shape: Mapping[str, Any], what: str) -> None:
    missing = shape.keys() - value.keys()
    assert not missing, f"{what} lacks {missing}"
    for key, kind in shape.items():
        assert isinstance(value[key], kind), f"{what}: {key} is {value[key]!r}, and not {kind}"
