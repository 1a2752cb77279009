"""Pages that end a step of a person's way say what is there, what was lost, and what to do next."""

import re
from collections.abc import Iterator

import click
import pytest

from adapters.cli.main import main
from adapters.embedded import EmbeddedPostgres
from adapters.sample_ckan.server import serve
from tests.support.in_process import run_job
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import text

ENTERED = {"source_type": "noop", "owner_org": "amt", "frequency": "MANUAL", "then": "save"}


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("next_steps")) as site:
        yield site


def test_a_source_whose_datasets_are_gone_says_what_deleted_them_and_how_they_come_back(site: PagesSite) -> None:
    site.source("emptied", 3)
    job = site.cli.call("harvest_job_show", id="emptied")["id"]
    undo = run_job(site.cli.parts, site.cli.call("harvest_job_undo", id=job)["id"])

    page = site.visitor("editor").get("/harvest/emptied")

    assert "No datasets any more The last job deleted the 3 datasets that were here." in text(page)
    assert "Press Harvest now to get what the remote has." in text(page)
    assert "The remote has no records" not in text(page)
    assert f'href="/harvest/emptied/job/{undo["id"]}">See the job' in page.text


def test_the_counts_of_the_last_job_lead_to_it_for_those_who_may_see_it(site: PagesSite) -> None:
    job = site.cli.call("harvest_job_show", id="one")["id"]

    editor, stranger = (site.visitor(person).get("/harvest/one") for person in ("editor", ""))

    assert re.search(rf'<a href="/harvest/one/job/{job}">\s*2 added', editor.text)
    assert "2 added" in text(stranger)
    assert job not in stranger.text


def test_a_job_shows_what_its_datasets_were_imported_without(site: PagesSite) -> None:
    server, address = serve()
    try:
        site.source("sample", source_type="ckan", url=address, config={})
    finally:
        server.shutdown()
    editor = site.visitor("editor")
    report = site.cli.call("harvest_job_report", id="sample", kind="warnings", limit=1000)
    assert report["job"]["errored"] == 0
    losses = [row["message"] for row in report["warnings"]]

    job = editor.get("/harvest/sample/job/last")
    listed = editor.get(f"/harvest/sample/job/{report['job']['id']}/errors", kind="warnings")

    assert "No record failed. Imported without some values" in text(job)
    assert losses[0] in text(job)
    assert f'/harvest/sample/job/{report["job"]["id"]}/errors?kind=warnings"' in job.text
    assert len(losses) > 5
    record = editor.get(f"/harvest/-/object/{report['warnings'][0]['object_id']}")
    assert f"Imported without some values {losses[0]}" in text(record)
    assert all(" ".join(message.split()) in text(listed) for message in losses)


def test_warnings_alone_are_a_part_of_a_report_without_errors(site: PagesSite) -> None:
    site.source("failing", source_type="raising", config={"records": 3, "poison": ["record-1"]})

    everything, warnings = (site.cli.call("harvest_job_report", id="failing", kind=kind) for kind in ("", "warnings"))

    assert len(everything["object_errors"]) == 1
    assert (warnings["object_errors"], warnings["gather_errors"], warnings["next"]) == ([], [], None)


@pytest.mark.parametrize("address", ["", "ftp://portal.example.org/"])
def test_a_wrong_address_is_the_only_problem_of_a_form_without_a_name(site: PagesSite, address: str) -> None:
    editor = site.visitor("editor")

    refused = editor.send(editor.get("/harvest/new"), "/harvest/new", **ENTERED, url=address)

    assert refused.status_code == 422
    assert "Address: " in text(refused)
    assert "Name: " not in text(refused)


def test_a_name_that_is_wrong_is_said_next_to_a_wrong_address(site: PagesSite) -> None:
    editor = site.visitor("editor")

    refused = editor.send(editor.get("/harvest/new"), "/harvest/new", **ENTERED, url="", name="Not A Name")

    assert "Name: " in text(refused)


def test_the_commands_that_the_sign_in_page_names_are_complete(site: PagesSite) -> None:
    said = text(site.visitor().get("/harvest/-/sign-in"))

    commands = re.findall(r"harvester ((?:token|person) create(?: [A-Z]+)+)", said)

    assert len(commands) == 2
    for command in commands:
        _, group, rest = main.resolve_command(click.Context(main), command.split())
        assert isinstance(group, click.Group)
        _, create, arguments = group.resolve_command(click.Context(group), rest)
        assert create is not None
        create.make_context("create", list(arguments))  # raises for a missing argument


def test_help_of_an_option_is_a_sentence_before_its_default_and_example(site: PagesSite) -> None:
    page = text(site.visitor("editor").get("/harvest/new", source_type="ckan"))

    assert "sent in place of harvestlog's. Example:" in page
    assert "every harvest asks for everything. Default:" in page
