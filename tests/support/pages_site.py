"""A server with sources and people, for tests of its pages."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from tests.conftest import copy_database, new_database
from tests.support.visitor import Visitor
from tests.support.web_server import web_server

FILLED = "pages_template"
HOSTILE = "<script>alert(1)</script>\u202e<img src=x onerror=alert(2)>"


@dataclass(frozen=True)
class PagesSite:
    """A server on a database of its own, with a session of the command line."""

    url: str
    cli: Session
    _tokens: dict[str, str] = field(default_factory=dict)

    def token(self, person: str = "admin") -> str:
        """A token of a person, the same one each time."""
        if person not in self._tokens:
            self._tokens[person] = self.cli.call("harvest_token_create", person=person, name="tests")["token"]
        return self._tokens[person]

    def visitor(self, person: str = "", **headers: str) -> Visitor:
        """A browser of its own, signed in as a person."""
        visitor = Visitor(self.url, **headers)
        if person:
            visitor.sign_in(self.token(person))
        return visitor

    def source(self, name: str, records: int = 2, **more: Any) -> dict[str, Any]:
        """Enter a source and harvest it."""
        values = {"source_type": "noop", "url": f"http://127.0.0.1/{name}", "config": {"records": records}, "owner_org": "amt"}
        source: dict[str, Any] = self.cli.call("harvest_source_create", name=name, **{**values, **more})
        self.cli.call("harvest_source_test", id=name)
        return source


@contextmanager
def pages_site(postgres: EmbeddedPostgres, folder: Path, **changed: Any) -> Iterator[PagesSite]:
    """The server, with an organisation `amt`, its editor, and three sources of which one is private; and other settings."""
    with new_database(postgres, folder, _filled(postgres, folder)) as plain:
        settings = replace(plain, **changed)
        with web_server(settings, Parts(settings).callers) as server, closing(Parts(settings)) as parts:
            yield PagesSite(server.url, Session(parts))


def _filled(postgres: EmbeddedPostgres, folder: Path) -> str:
    """The name of a database with all that; it is filled once for all tests that use the server."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [FILLED]).fetchone():
            return FILLED
    with new_database(postgres, folder) as settings, closing(Parts(settings)) as parts:
        cli = Session(parts)
        cli.call("harvest_organization_create", name="amt", title="The office")
        for name in ("admin", "editor", "somebody", "removed"):
            cli.call("harvest_person_create", name=name, sysadmin=name == "admin")
        cli.call("harvest_organization_member_create", id="amt", username="editor", role="editor")
        site = PagesSite("", cli)
        site.source("one", title="One source")
        site.source("hostile", title=HOSTILE, notes=HOSTILE)
        site.source("secret", title="Geheim", private=True)
        cli.parts.database.query("DELETE FROM ops.site")  # each copy is of a site of its own
        copy_database(postgres, settings.site_id, FILLED)
    return FILLED
