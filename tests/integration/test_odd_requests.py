"""Requests that nobody expects, sent to every action by every role: no server error, CKAN's envelope, and nothing told."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs
import pytest

from adapters.actions import table
from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.web.openapi import description
from domain.access import Caller
from tests.conftest import new_database
from tests.support.odd_requests import OddAnswer, OddRequest, Sender, odd_requests
from tests.support.rights_site import FILL, source_of
from tests.support.web_server import SYSADMIN, Tokens, web_server

EXAMPLES = 9  # of each operation, fitting and not
AT_LEAST = 10_000  # requests in all
ORGANISATION, OTHER = "amt", "fremd"
HIDDEN = "geheim"  # stands in every text of the other organisation's private source
PASSWORD = "heimlich"
ROLES = {
    "anonymous": None,
    "member": Caller("max", roles={ORGANISATION: "member"}),
    "editor": Caller("eva", roles={ORGANISATION: "editor"}),
    "admin": Caller("ada", roles={ORGANISATION: "admin"}),
    "sysadmin": Caller("root", sysadmin=True),
}
"""The sysadmin comes last: it may show what is hidden to everybody."""
AWAY = {"harvest_topic_list", "harvest_jobs_run", "harvest_mail_test"}
"""They ask a broker or a mail server, and there is none here: 503 is true."""


@dataclass(frozen=True)
class Sent:
    """All requests with their answers."""

    answers: list[OddAnswer]
    documented: dict[str, Any]


@pytest.fixture(scope="module")
def sent(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    with new_database(postgres, tmp_path_factory.mktemp("odd")) as settings, pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "REFUSAL_STEP", 0.0005)  # seconds; refusals don't wait
        requests = list(odd_requests(EXAMPLES, _names(Session(Parts(settings)))))
        callers = Tokens({role: caller for role, caller in ROLES.items() if caller})
        with web_server(replace(settings, serve_anonymous_rate=0.0), callers) as server:
            answers = [answer for role in ROLES for answer in _send(server.url, role, requests)]
        yield Sent(answers, _documented())


def _names(cli: Session) -> dict[str, list[Any]]:
    """Things that are there, of an organisation of the callers and of another one, and values that are right."""
    for name in (ORGANISATION, OTHER):
        cli.call("harvest_organization_create", name=name)
    secret = {"records": 2, "api_key": PASSWORD}
    things = [source_of(cli, "offen", ORGANISATION), source_of(cli, f"{HIDDEN}-1", OTHER, private=True, notes=HIDDEN)]
    cli.call("harvest_source_patch", id="offen", config=secret)
    ids = [identity for about in things for identity in vars(about).values()]
    references = [*ids, "offen", f"{HIDDEN}-1"]
    naming = ("id", "source_id", "job_id", "object_id", "harvest_object_id", "dataset_id", "package_id", "after", "owner_org")
    return {**dict.fromkeys(naming, references), **{name: [value] for name, value in FILL.items()}}


def _send(url: str, role: str, requests: list[OddRequest]) -> Iterator[OddAnswer]:
    sender = Sender(url, role, SYSADMIN if role == "sysadmin" else role if ROLES[role] else "")
    for request in requests:
        yield sender.send(request)
    sender.close()


def _documented() -> dict[str, Any]:
    """Validators by operation and status."""
    return {
        f"{method} {path.rpartition('/')[2]} {status}": jsonschema_rs.validator_for(
            response["content"]["application/json"]["schema"]
        )
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
        for status, response in operation["responses"].items()
    }


@pytest.mark.slow
def test_no_request_however_odd_is_answered_with_a_server_error(sent: Sent) -> None:
    failed = [str(answer) for answer in sent.answers if answer.status >= 500 and not _is_away(answer)]

    assert failed == []
    assert len(sent.answers) >= AT_LEAST
    assert {answer.status for answer in sent.answers} >= {200, 400, 403, 404, 409}


def _is_away(answer: OddAnswer) -> bool:
    return answer.status == 503 and answer.request.action in AWAY


@pytest.mark.slow
def test_every_answer_is_as_the_document_says(sent: Sent) -> None:
    wrong = [str(answer) for answer in sent.answers if not _is_documented(sent, answer)]

    assert wrong == []


def _is_documented(sent: Sent, answer: OddAnswer) -> bool:
    method = "get" if answer.request.body is None else "post"
    validator = sent.documented.get(f"{method} {answer.request.action} {answer.status}")
    return validator is not None and bool(validator.is_valid(json.loads(answer.body)))


@pytest.mark.slow
def test_nobody_is_told_what_another_organisation_hides(sent: Sent) -> None:
    told = [
        str(answer)
        for answer in sent.answers
        if answer.role != "sysadmin" and HIDDEN in answer.body.decode() and HIDDEN not in _asked(answer.request)
    ]

    assert told == []


@pytest.mark.slow
def test_nobody_is_told_a_password(sent: Sent) -> None:
    assert [str(answer) for answer in sent.answers if PASSWORD in answer.body.decode()] == []


def _asked(request: OddRequest) -> str:
    return request.query + (request.body or b"").decode("utf-8", "replace")
