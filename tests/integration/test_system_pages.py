"""The system page and the one of projections: what a sysadmin can have done there, and what came of it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import IO, Any

import pytest

from adapters.actions.session import Session
from adapters.duties.projections import CarryOutRequests, command
from adapters.embedded import EmbeddedPostgres
from adapters.postgres.work.breakers import Breakers, Met
from domain.errors import NotFound, Refused, ValidationError
from tests.support.pages_site import PagesSite, pages_site
from tests.support.stack import wait_for
from tests.support.visitor import Visitor, forms, text

SYSTEM, PROJECTIONS = "/harvest/-/system", "/harvest/-/system/projections"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("system")) as site:
        yield site


def do(visitor: Visitor, path: str, **values: str) -> str:
    """Send a form of a page that leads back to it, with these values, and read the page that follows."""
    form = forms(visitor.get(path).text)[path]
    answer = visitor.post(path, {"form_token": form["form_token"], "form_key": form["form_key"], **values})
    return text(visitor.get(answer.headers["Location"]) if answer.status_code == 303 else answer)


def printing(output: str, errors: str = "") -> Any:
    """Starts a process that prints something in place of a rebuild."""

    def start(_arguments: Sequence[str], out: IO[bytes], err: IO[bytes]) -> "subprocess.Popen[bytes]":
        script = "import sys; print(sys.argv[1]); print(sys.argv[2], file=sys.stderr)"
        return subprocess.Popen([sys.executable, "-c", script, output, errors], stdout=out, stderr=err)

    return start


def carry_out(site: PagesSite, duty: CarryOutRequests) -> dict[str, Any]:
    """Run the coordinator's duty until the last request has ended; that request."""

    def ended() -> bool:
        duty.run(NOW)
        return bool(site.cli.call("harvest_projection_list")["requests"][0]["ended"])

    wait_for(ended, 120, "the request has ended")
    request: dict[str, Any] = site.cli.call("harvest_projection_list")["requests"][0]
    return request


def test_a_host_in_trouble_gets_requests_again_at_the_press_of_a_button(site: PagesSite) -> None:
    breakers = Breakers(site.cli.parts.database)
    breakers.note("host", "slow.example.org:443", Met(False, 10, "It doesn't answer", "https://slow.example.org/"), limit=10)
    admin = site.visitor("admin")
    before = text(admin.get(SYSTEM))

    after = do(admin, SYSTEM, do="reset", scope="host", name="slow.example.org:443")

    assert "It doesn't answer" in before
    assert "It gets requests again." in after
    assert "It doesn't answer" not in after
    with pytest.raises(NotFound):
        site.cli.call("harvest_breaker_reset", what="host", name="slow.example.org:443")


def test_messages_that_nobody_could_read_are_listed_with_the_reason(site: PagesSite) -> None:
    site.cli.parts.database.query(
        "INSERT INTO ops.dead_letter (topic, partition, record_offset, cluster_id, value, reason)"
        " VALUES ('gather', 3, 14, 'c', '\\x00ff', 'No schema of ours')"
    )

    page = text(site.visitor("admin").get(SYSTEM))

    assert "gather/3/14" in page
    assert "No schema of ours" in page


def test_a_test_mail_that_can_not_be_sent_says_why(site: PagesSite) -> None:
    admin = site.visitor("admin")

    wrong = admin.send(admin.get(SYSTEM), SYSTEM, do="test-mail", address="nowhere")
    unset = do(admin, SYSTEM, do="test-mail", address="anna@example.org")

    assert wrong.status_code == 422
    assert "Send a test mail to:" in text(wrong)
    assert "HARVEST_" in unset


def test_versions_and_what_is_kept_are_shown(site: PagesSite) -> None:
    page = text(site.visitor("admin").get(SYSTEM))

    assert "PostgreSQL" in page
    assert "365 days, and those of the last 2 jobs" in page


def test_only_sysadmins_have_something_done(site: PagesSite) -> None:
    editor = site.visitor("editor")
    form = forms(editor.get("/harvest").text)["/harvest/-/sign-out"]

    answers = [editor.post(path, {**form, "name": "read_model", "mode": "verify"}) for path in (SYSTEM, PROJECTIONS)]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_request_is_carried_out_once_and_its_report_is_shown(site: PagesSite) -> None:
    admin = site.visitor("admin")
    report = {"projection": "read_model", "events": 7, "seconds": 1.5, "differences": []}

    asked = do(admin, PROJECTIONS, name="read_model", mode="verify")
    with pytest.raises(Refused):
        site.cli.call("harvest_projection_request", name="work", mode="rebuild")
    done = carry_out(site, CarryOutRequests(site.cli.parts.database, printing(json.dumps(report))))

    assert "asked for by admin" in asked
    assert done["report"] == report
    assert "no difference" in text(admin.get(PROJECTIONS))


def test_a_request_that_failed_says_why_and_one_whose_coordinator_ended_is_begun_again(site: PagesSite) -> None:
    database = site.cli.parts.database
    site.cli.call("harvest_projection_request", name="work", mode="rebuild")
    CarryOutRequests(database, printing("")).run(NOW)  # this coordinator ends now

    done = carry_out(site, CarryOutRequests(database, printing("", "Error: the disk is full")))

    assert (done["mode"], done["error"], done["report"]) == ("rebuild", "the disk is full", None)
    assert "the disk is full" in text(site.visitor("admin").get(PROJECTIONS))


def test_pending_work_can_not_be_verified(site: PagesSite) -> None:
    for action in ("harvest_projection_request", "harvest_projection_rebuild"):
        values = {"mode": "verify"} if action.endswith("request") else {"verify": True}
        with pytest.raises(ValidationError):
            site.cli.call(action, name="work", **values)


@pytest.mark.slow
def test_a_damaged_read_model_is_found_by_verifying_and_replaced_by_switching(site: PagesSite) -> None:
    database = site.cli.parts.database
    cli: Session = site.cli
    duty = CarryOutRequests(database, command(cli.parts.settings.database_url))
    whole = database.query("SELECT count(*) FROM harvest.dataset")
    database.query("DELETE FROM harvest.dataset WHERE ctid = (SELECT min(ctid) FROM harvest.dataset)")
    outcomes = []

    for mode in ("verify", "rebuild", "switch", "verify"):
        cli.call("harvest_projection_request", mode=mode)
        report = carry_out(site, duty)["report"]
        outcomes.append((report["differences"], database.query("SELECT count(*) FROM harvest.dataset") == whole))

    assert outcomes == [(["dataset"], False), (["dataset"], False), (["dataset"], True), ([], True)]
