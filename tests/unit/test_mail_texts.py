"""What mail about a job says of its errors, and why it says nothing of them."""

from email.message import EmailMessage

import pytest

from adapters.mail.texts import Details, ObjectErrors, Site, job_mail
from domain.notices import ERROR, JobEnd

CLEARED = "the source's history was cleared"


def mail(details: Details, outcome: str = "finished", errors: int = 2) -> str:
    times = {"created": "2026-03-01T12:00:00+00:00", "ended": "2026-03-01T12:05:00+00:00"}
    end = JobEnd("job", "source", "city", "City", "org", "harvest", "schedule", outcome, counts={"errored": errors}, **times)
    message: EmailMessage = job_mail(Site("Portal"), end, ERROR, details)
    plain = message.get_body(("plain",))
    assert plain is not None
    return " ".join(str(plain.get_content()).split())


def test_mail_says_why_there_are_no_texts_of_errors_that_were_cleared() -> None:
    text = mail(Details())

    assert CLEARED in text
    assert "finished with 2 errors" in text


def test_mail_says_so_too_where_only_the_errors_of_records_are_gone() -> None:
    text = mail(Details(job_errors=["no answer"]))

    assert text.index("no answer") < text.index("Errors of records") < text.index(CLEARED)


@pytest.mark.parametrize(
    "details",
    [
        Details(job_errors=["no answer", "no answer either"]),
        Details(job_errors=["no answer"], complete=False),
        Details(object_errors=[ObjectErrors("guid-1", ["no title"])]),
        Details(read=False),
    ],
)
def test_mail_with_errors_or_with_another_reason_says_nothing_of_clearing(details: Details) -> None:
    assert CLEARED not in mail(details)


def test_mail_about_a_job_that_held_deletions_misses_no_errors() -> None:
    assert CLEARED not in mail(Details(), "held", errors=0)
