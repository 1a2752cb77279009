"""The page that undoes a job, over HTTP, as editors and others use it without scripts."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.support.in_process import run_job
from tests.support.pages_site import HOSTILE, PagesSite, pages_site
from tests.support.visitor import Visitor, text


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("undo_pages")) as site:
        yield site


def harvested(site: PagesSite, name: str, records: int = 3, **more: Any) -> tuple[str, str]:
    """A source of that many datasets; the path of the page of its job, and the job's id."""
    site.source(name, records, **more)
    job = site.cli.call("harvest_job_show", id=name)["id"]
    return f"/harvest/{name}/job/{job}", job


def unread(site: PagesSite, visitor: Visitor, path: str) -> dict[str, str]:
    return {language: text(visitor.get(path, lang=language)) for language in ("en", "de")}


def test_a_person_undoes_a_job_from_its_page_and_pauses_the_source(site: PagesSite) -> None:
    path, _ = harvested(site, "wrong", frequency="DAILY")
    editor = site.visitor("editor")

    job = editor.get(path)
    asked = editor.get(f"{path}/undo")
    going = editor.send(asked, f"{path}/undo", reason=HOSTILE)
    undo = site.cli.call("harvest_job_show", id="wrong")
    done = run_job(site.cli.parts, undo["id"])
    ended = editor.get(f"/harvest/wrong/job/{undo['id']}")

    assert f'href="{path}/undo"' in job.text
    assert "3 datasets go back to what they were before this job" in text(asked)
    assert "3 datasets that it added are deleted, in the catalogue too." in text(asked)
    assert "This job undoes the other one." in text(going)
    assert (done["kind"], done["deleted"], done["outcome"]) == ("undo", 3, "finished")
    assert site.cli.call("harvest_source_show", id="wrong")["paused"] == "source"
    assert "It undoes this job." in text(ended)
    assert path in ended.text
    assert "<script>alert" not in ended.text


def test_a_job_that_was_undone_says_that_there_is_nothing_left(site: PagesSite) -> None:
    path, job = harvested(site, "undone")
    run_job(site.cli.parts, site.cli.call("harvest_job_undo", id=job)["id"])

    pages = unread(site, site.visitor("editor"), f"{path}/undo")

    assert "There is nothing to undo" in pages["en"]
    assert "Es gibt nichts rückgängig zu machen" in pages["de"]


def test_another_number_than_the_page_showed_is_asked_about_again(site: PagesSite) -> None:
    path, _ = harvested(site, "moved")
    editor = site.visitor("editor")
    asked = editor.get(f"{path}/undo")

    answer = editor.send(asked, f"{path}/undo", count="2")

    assert answer.status_code == 422
    assert "The number of datasets has changed since this page was opened" in text(answer)
    assert site.cli.call("harvest_job_list", source_id="moved")["count"] == 1


def test_many_deletions_need_the_name_of_the_source(site: PagesSite) -> None:
    path, _ = harvested(site, "many", 120)
    editor = site.visitor("editor")
    asked = editor.get(f"{path}/undo")

    refused = editor.send(asked, f"{path}/undo", name="other")
    editor.send(refused, f"{path}/undo", name="many")

    assert (refused.status_code, "and 115 more" in text(asked)) == (422, True)
    assert "Type the name of the source: many" in text(refused)
    assert site.cli.call("harvest_job_show", id="many")["kind"] == "undo"


def test_while_it_is_undone_the_page_leads_to_the_job_that_does_it(site: PagesSite) -> None:
    path, job = harvested(site, "busy")
    editor = site.visitor("editor")
    asked = editor.get(f"{path}/undo")
    undo = site.cli.call("harvest_job_undo", id=job)["id"]

    again = editor.get(f"{path}/undo")
    pressed = editor.send(asked, f"{path}/undo")

    assert "It is being undone right now." in text(again)
    assert f"/harvest/busy/job/{undo}" in again.text
    assert pressed.url.endswith(f"/harvest/busy/job/{undo}")
    assert site.cli.call("harvest_job_list", source_id="busy")["count"] == 2


@pytest.mark.parametrize("person", ["", "somebody"])
def test_only_editors_may_undo(site: PagesSite, person: str) -> None:
    job = site.cli.call("harvest_job_show", id="one")["id"]
    visitor = site.visitor(person)

    looked = visitor.get(f"/harvest/one/job/{job}/undo")
    sent = visitor.post(f"/harvest/one/job/{job}/undo", {"count": "2", "form_token": "guessed"})

    assert looked.status_code == 403
    assert sent.status_code in (401, 403)
    assert site.cli.call("harvest_job_list", source_id="one")["count"] == 1
