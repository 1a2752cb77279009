"""A server of the API with two sources."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.embedded import EmbeddedPostgres
from domain.access import Caller
from tests.conftest import new_database
from tests.support.api_shapes import Api
from tests.support.web_server import Tokens, web_server


@contextmanager
def api_of(postgres: EmbeddedPostgres, folder: Path) -> Iterator[Api]:
    """Two sources, one of them harvested and one private."""
    roles = {"member": Caller("max", roles={"the-org": "member"}), "editor": Caller("eva", roles={"the-org": "editor"})}
    callers = Tokens(roles)
    with new_database(postgres, folder) as settings, web_server(settings, callers) as server:
        parts = Parts(settings, "test")
        session = Session(parts)
        config = {"records": 3, "poison": ["record-1"], "api_key": "hush"}
        one = {"name": "one", "url": "http://127.0.0.1/one", "source_type": "raising", "config": json.dumps(config)}
        session.call("harvest_source_create", **one, title="Town of One", notes="trees and parks", frequency="WEEKLY")
        other = {"name": "two", "url": "http://127.0.0.1/two", "source_type": "noop", "owner_org": "the-org", "private": True}
        session.call("harvest_source_create", **other)
        job = session.call("harvest_source_test", id="one")
        yield Api(server, parts, job["id"])
        parts.close()
