"""Mail about jobs: written down once, sent by a real SMTP server to each person once, recorded in the log."""

from collections.abc import Callable
from datetime import UTC, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.read_model.rebuild import rebuild_read_model, rebuild_work
from domain.errors import NotFound, ValidationError
from tests.support.action_site import ActionSite
from tests.support.mail_server import MailServer
from tests.support.notice_site import ANNA, BEN, SECRET, Site, text_of

# mail


def test_a_job_with_errors_is_mailed_once_to_each_person_as_text_and_as_html(
    new_site: Callable[..., Site], server: MailServer
) -> None:
    site = new_site(site_url="https://portal.example/")
    source = site.source(owner_org="parks")
    job = site.job(source, errors=["no title"], gather=["http://me:geheim-3@data.example/ answered HTTP 500"])

    site.tell()
    site.tell()

    [message] = server.to(ANNA)
    text, html = text_of(message), text_of(message, "html")
    assert message["Subject"] == "Portal - Harvesting Job - Error Notification: City"
    assert (message["From"], message["To"], message["Auto-Submitted"]) == ("harvest@example.org", ANNA, "auto-generated")
    link = f"https://portal.example/harvest/city/job/{job}"
    for said in ("City (city) has finished with 2 errors", link, "parks", job, "record-0", "no title (line 7)", "HTTP 500"):
        assert said in text
        assert said in html
    assert f'<a href="{link}">' in html
    assert {line.strip() for line in text.splitlines()} >= {"Errored:      2", "Added:        1", "Not modified: 0"}
    assert "geheim" not in text + html
    assert '"records": 3' in text
    assert len(server.messages) == 1


def test_what_was_sent_is_in_the_log_without_the_address_in_clear(site: Site, server: MailServer) -> None:
    job = site.job(site.source(), errors=["no title"])

    site.tell()

    [event] = site.sent()
    assert {name: event[name] for name in ("channel", "kind", "recipient", "job_ids")} == {
        "channel": "mail",
        "kind": "error",
        "recipient": "a***@example.org",
        "job_ids": [job],
    }
    assert (server.to(ANNA)[0]["Message-ID"], site.rows("sent_at IS NOT NULL, error")) == (
        f"<{site.rows('id')[0][0]}@harvestlog.invalid>",
        [(True, None)],
    )


def test_a_job_without_errors_is_mailed_where_all_are(new_site: Callable[..., Site], server: MailServer) -> None:
    site = new_site(status_mail_errored=False, status_mail_all=True)
    source = site.source()

    site.job(source)
    site.job(source, errors=["no title"])
    site.tell()

    assert [message["Subject"] for message in server.to(ANNA)] == [
        "Portal - Harvesting Job Successful - Summary Notification: City",
        "Portal - Harvesting Job - Error Notification: City",
    ]


def cleared(site: Site) -> dict[str, Any]:
    """What `source clear-history city` has done, once both projections know all jobs."""
    site.parts.work_projector().catch_up()
    answer: dict[str, Any] = site.session.call("harvest_source_job_history_clear", id="city")
    return {name: answer[name] for name in ("jobs", "objects")}


def both_texts(message: EmailMessage) -> list[str]:
    """The text and the HTML of a message, without line breaks."""
    return [" ".join(text_of(message, kind).split()) for kind in ("plain", "html")]


def test_mail_of_a_job_whose_history_was_cleared_meanwhile_goes_out_and_says_so(site: Site, server: MailServer) -> None:
    source = site.source()
    job = site.job(source, errors=["no title"], gather=["no answer"])
    site.write.run(site.now())
    site.job(source)  # holds the dataset now, so nothing keeps the first job

    done = cleared(site)
    site.tell()
    site.tell()

    assert done == {"jobs": 1, "objects": 2}
    [message] = server.to(ANNA)
    for text in both_texts(message):
        assert "finished with 2 errors" in text
        assert "history was cleared" in text
        assert "no title" not in text
        assert "no answer" not in text
    assert [event["job_ids"] for event in site.sent()] == [[job]]


def test_mail_says_which_errors_are_gone_of_a_job_that_datasets_stand_on(site: Site, server: MailServer) -> None:
    site.job(site.source(), errors=["no title"], gather=["no answer"])
    site.write.run(site.now())

    done = cleared(site)
    site.tell()

    assert done == {"jobs": 0, "objects": 1}
    [message] = server.to(ANNA)
    for text in both_texts(message):
        assert "no answer" in text
        assert "history was cleared" in text
        assert "no title" not in text


def test_nothing_is_mailed_of_a_job_that_went_well_of_a_test_or_of_an_aborted_one(site: Site, server: MailServer) -> None:
    source = site.source()
    site.job(source)
    site.job(source, errors=["no title"], trigger="run-test")
    site.job(source, errors=["no title"], kind="import")
    site.parts.application.abort_job(site.parts.application.create_job(source), by="admin")

    site.tell()

    assert (server.messages, site.rows()) == ([], [])


def test_many_errors_are_cut_and_the_mail_says_so(site: Site, server: MailServer) -> None:
    site.job(site.source(), errors=[f"no title {number}" for number in range(30)])

    site.tell()

    text = text_of(server.to(ANNA)[0])
    assert (text.count("no title"), "30 errors in all" in text) == (20, True)


def test_what_a_remote_says_neither_breaks_headers_nor_becomes_html(new_site: Callable[..., Site], server: MailServer) -> None:
    site = new_site(site_url="https://portal.example")
    title = "City\r\nBcc: eve@example.org <script>alert(1)</script> Ü"

    site.job(site.source(title=title), errors=["<img src=x onerror=alert(1)> see https://evil.example/harvest/"])
    site.tell()

    [message] = server.to(ANNA)
    html = text_of(message, "html")
    assert (message["Bcc"], "\n" in message["Subject"], message["Subject"][-2:]) == (None, False, " Ü")
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="https://evil' not in html
    assert len(server.messages) == 1


def test_the_digest_is_one_mail_a_day_about_all_jobs_that_no_other_mail_told_of(
    new_site: Callable[..., Site], server: MailServer
) -> None:
    site = new_site(status_mail_digest=True, status_mail_digest_at="06:30 Europe/Berlin", mail_to=f"{ANNA} {BEN}")
    source, other = site.source(), site.source("other", title="Other", config='{"n": 1}')
    site.job(source)
    site.job(other)
    told = site.job(source, errors=["no title"])

    site.tell()
    before = len(server.messages)
    due = {row[0] for row in site.rows("due_at") if row[0]}
    site.hurry()
    site.tell()

    [at] = due
    assert timedelta(0) < at - site.now() <= timedelta(days=1)
    assert (at.astimezone(UTC).hour, at.minute) in ((4, 30), (5, 30))
    assert before == 2  # about the one that went wrong
    [digest] = server.to(BEN)[1:]
    assert digest["Subject"] == "Portal - Harvesting Jobs - Daily Summary: 0 of 2 need attention"
    assert [name in text_of(digest) for name in ("City (city)", "Other (other)", told)] == [True, True, False]
    assert sorted(len(event["job_ids"]) for event in site.sent()) == [1, 1, 2, 2]


# who


def test_people_opt_out_of_a_source_or_of_all_and_may_ask_for_one(new_site: Callable[..., Site], server: MailServer) -> None:
    site = new_site(mail_to=f"{ANNA} {BEN}")
    source, other = site.source(), site.source("other", config='{"n": 1}')
    call = site.session.call
    call("harvest_unsubscribe", address=ANNA, source_id="city")
    call("harvest_unsubscribe", address=BEN)
    call("harvest_subscribe", address="Cleo@example.org", source_id="city")
    call("harvest_subscribe", address=BEN, source_id="other")

    site.job(source, errors=["no title"])
    site.job(other, errors=["no title"])
    site.tell()

    assert sorted((address, message["To"]) for address, message in server.messages) == [
        (ANNA, ANNA),
        (BEN, BEN),
        ("cleo@example.org", "cleo@example.org"),
    ]
    assert call("harvest_get_notifications_recipients", source_id="city") == [
        {"email": "cleo@example.org", "why": "subscribed"},
    ]
    call("harvest_unsubscribe", address="*", source_id="city")
    assert call("harvest_get_notifications_recipients", source_id="city") == []
    call("harvest_subscribe", address="*", source_id="city")
    call("harvest_subscribe", address=BEN)
    people = call("harvest_get_notifications_recipients", source_id="city")
    assert [person["email"] for person in people] == [BEN, "cleo@example.org"]


def test_who_opts_out_gets_nothing_that_was_written_down_before(site: Site, server: MailServer) -> None:
    site.job(site.source(), errors=["no title"])
    site.write.run(site.now())
    written = len(site.rows())

    site.session.call("harvest_unsubscribe", address=ANNA)
    site.tell()

    assert (written, site.rows(), server.messages) == (1, [], [])


@pytest.mark.parametrize(
    ("action", "values", "said"),
    [
        ("harvest_subscribe", {"address": "anna", "source_id": "city"}, "'anna' is no e-mail address"),
        ("harvest_subscribe", {"address": ANNA, "source_id": "nowhere"}, "nowhere not found"),
        ("harvest_subscribe", {"address": ANNA}, "has not opted out of every source: name the SOURCE"),
        ("harvest_unsubscribe", {"address": "*"}, "unset HARVEST_STATUS_MAIL"),
        ("harvest_notice_retry", {"ids": [str(uuid4())]}, "1 of these are no notices that failed"),
        ("harvest_mail_test", {"address": "anna@"}, "is no e-mail address"),
    ],
)
def test_what_cant_be_done_is_said(site: Site, action: str, values: dict[str, Any], said: str) -> None:
    site.source()

    with pytest.raises((ValidationError, NotFound), match=said):
        site.session.call(action, **values)


# once


def test_a_rebuild_or_a_replay_sends_nothing(new_site: Callable[..., Site], server: MailServer, receiver: ActionSite) -> None:
    site = new_site(webhook_urls=receiver.url, webhook_secret=SECRET, status_mail_all=True)
    source = site.source()
    site.job(source, errors=["no title"])
    site.job(source)
    site.tell()
    mails, posts, events = len(server.messages), len(receiver.seen), len(site.sent())

    rebuild_work(site.database)
    rebuild_read_model(site.database)
    site.database.query("UPDATE ops.checkpoint SET notification_id = 0 WHERE name = 'work'")
    site.database.query("DELETE FROM ops.dataset")
    site.database.query("DELETE FROM ops.schedule")
    site.tell()

    assert (mails, posts, events) == (2, 2, 4)
    assert (len(server.messages), len(receiver.seen), len(site.sent())) == (mails, posts, events)


def test_two_leaders_that_read_the_same_part_of_the_log_write_a_notice_once(site: Site, server: MailServer) -> None:
    position = site.outbox.position()
    site.job(site.source(), errors=["no title"])
    site.tell()

    site.database.query("UPDATE ops.checkpoint SET notification_id = %(at)s WHERE name = 'notices'", at=position)
    site.tell()
    intents: list[Any] = []
    site.outbox.store(intents, position, position + 1)  # another leader moved it

    assert len(server.messages) == len(site.rows()) == 1
    assert site.outbox.position() > position + 1


def test_a_mail_that_was_sent_when_the_leader_died_has_the_same_id_the_second_time(site: Site, server: MailServer) -> None:
    site.job(site.source(), errors=["no title"])
    site.tell()

    site.database.query("UPDATE ops.outbox SET sent_at = NULL, due_at = now()")
    site.tell()

    assert len(server.messages) == 2
    assert len({message["Message-ID"] for _, message in server.messages}) == 1
    assert len(site.sent()) == 1


def test_mail_waits_for_the_read_model_but_not_for_long(site: Site, server: MailServer) -> None:
    site.job(site.source(), errors=["no title"])
    for duty in site.duties:
        duty.run(site.now())
    waiting = (len(server.messages), site.rows())

    site.hurry()
    for duty in site.duties:
        duty.run(site.now() + timedelta(minutes=11))

    assert waiting == (0, [(ANNA, 0, None)])
    assert "They could not be read when this message was sent" in text_of(server.to(ANNA)[0])


def test_jobs_that_ended_before_anything_was_to_be_told_are_not_told(emptied: Parts, server: MailServer) -> None:
    site = Site(emptied, smtp_server=server.address)
    site.job(site.source(), errors=["no title"])
    site.tell()

    later = Site(emptied, smtp_server=server.address, status_mail_all=True)
    later.tell()
    emptied.database.query("DELETE FROM ops.checkpoint WHERE name = 'notices'")
    later.tell()

    assert server.messages == []
    assert later.outbox.position() > 0
