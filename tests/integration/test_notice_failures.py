"""What can't be sent waits, stops nothing else, and is shown."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.duties.rounds import QUIET
from adapters.duties.sending import INTERVAL
from adapters.postgres.listener import EVENTS, Listener
from domain.errors import Refused, ServiceUnavailable
from tests.support.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.support.notice_site import ANNA, BEN, Site
from tests.support.stack import PATIENCE, wait_for


def test_a_refused_address_stops_nobody_elses_mail_and_is_shown(new_site: Callable[..., Site], server: MailServer) -> None:
    site = new_site(mail_to=f"{ANNA} {BEN} zoe@example.org")
    server.refused = {BEN: "550 5.1.1 no such user", ANNA: "451 4.7.1 try again later"}
    source = site.source()

    site.job(source, errors=["no title"])
    before = site.now()
    site.tell()
    after = site.now()

    assert [address for address, _ in server.messages] == ["zoe@example.org"]
    rows = {row["recipient"]: row for row in site.session.call("harvest_notice_list", unsent=True)["notices"]}
    assert (rows[BEN]["state"], rows[BEN]["error"]) == (
        "given up",
        "the mail server refuses the recipient: 550 5.1.1 no such user",
    )
    assert (rows[ANNA]["state"], rows[ANNA]["attempts"], "451" in rows[ANNA]["error"]) == ("waiting", 1, True)
    assert before <= rows[ANNA]["next_attempt"] - timedelta(seconds=60) <= after
    number, reason = site.outbox.trouble()
    assert (number, "no such user" in reason) == (1, True)
    server.refused = {}
    assert site.session.call("harvest_notice_retry") == {"retried": 2}
    site.tell()
    assert {address for address, _ in server.messages} == {ANNA, BEN, "zoe@example.org"}
    assert site.outbox.trouble() == (0, "")
    assert site.session.call("harvest_notice_list", unsent=True)["notices"] == []


def test_mail_waits_for_a_server_that_is_away_and_is_given_up_after_days(
    new_site: Callable[..., Site], server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    site = new_site(smtp_server="127.0.0.1:1")
    source = site.source()
    site.job(source, errors=["no title"])
    for number, wait in enumerate([60, 120, 240, 480, 960, 1920, 3600, 3600], start=1):
        before = site.now()
        site.tell()
        [(due, attempts, error)] = site.rows("due_at, attempts, error")
        assert attempts == number
        assert before <= due - timedelta(seconds=wait) <= site.now()
        site.hurry()

    assert "The mail server 127.0.0.1:1 can't be reached" in error
    assert sum("mail is not sent" in record.message for record in caplog.records) == 1
    site.database.query("UPDATE ops.outbox SET try_until = now() + interval '1 minute'")
    site.tell()
    assert site.rows("due_at, given_up_at IS NOT NULL") == [(None, True)]
    assert site.session.call("harvest_notice_drop") == {"dropped": 1}
    assert site.session.call("harvest_notice_list")["notices"] == []


def test_all_that_is_due_waits_for_a_server_that_is_away_but_none_of_it_is_lost(
    new_site: Callable[..., Site], server: MailServer
) -> None:
    site = new_site(mail_to=" ".join(f"person-{number}@example.org" for number in range(25)), smtp_server="127.0.0.1:1")
    site.job(site.source(), errors=["no title"])

    site.tell()
    attempts = {row[0] for row in site.rows("attempts")}
    back = new_site(mail_to=site.settings.mail_to)
    back.hurry()
    back.tell()

    assert attempts == {1}
    assert len({address for address, _ in server.messages}) == len(server.messages) == 25


def test_a_message_that_is_refused_stops_no_other(new_site: Callable[..., Site], server: MailServer) -> None:
    site = new_site(mail_to=f"{ANNA} {BEN}")
    server.answer = "554 5.7.1 looks like spam"
    site.job(site.source(), errors=["no title"])

    site.tell()

    refused = "the mail server refuses the message: 554 5.7.1 looks like spam"
    assert site.rows() == [(ANNA, 1, refused), (BEN, 1, refused)]


def test_starttls_and_login(new_site: Callable[..., Site], tmp_path: Path) -> None:
    with mail_server(tmp_path) as secure:
        options = {"smtp_server": secure.address, "smtp_starttls": True, "smtp_user": USER, "smtp_password": PASSWORD}
        site = new_site(**options, smtp_ca_file=secure.ca_file)
        site.job(site.source(), errors=["no title"])

        site.tell()
        tested = site.session.call("harvest_mail_test", address=BEN)

        assert [address for address, _ in secure.messages] == [ANNA, BEN]
        assert (secure.encrypted, secure.users) == ([True, True], [USER, USER])
        assert tested == {"sent_to": BEN, "server": secure.address, "from": "harvest@example.org"}
        for wrong, said in (
            ({"smtp_password": "wrong"}, "refuses HARVEST_SMTP_USER and HARVEST_SMTP_PASSWORD: 535"),
            ({"smtp_ca_file": ""}, "certificate verify failed"),
            ({"smtp_starttls": False, "smtp_user": ""}, "STARTTLS"),
        ):
            with pytest.raises((ServiceUnavailable, Refused), match=said):
                new_site(**{**options, "smtp_ca_file": secure.ca_file, **wrong}).session.call("harvest_mail_test", address=BEN)
        assert len(secure.messages) == 2


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"smtp_starttls": True}, "can't do what HARVEST_SMTP_STARTTLS asks for"),
        ({"smtp_user": "me", "smtp_password": "x"}, "can't do what HARVEST_SMTP_USER asks for"),
        ({"smtp_mail_from": ""}, "HARVEST_SMTP_MAIL_FROM is not set"),
        ({"smtp_ca_file": "/nowhere.pem"}, "No such file"),
    ],
)
def test_a_setting_that_the_server_cant_follow_is_named_and_nothing_goes_out_in_clear(
    new_site: Callable[..., Site], server: MailServer, settings: dict[str, Any], said: str
) -> None:
    site = new_site(**settings)
    site.job(site.source(), errors=["no title"])

    site.tell()
    with pytest.raises(ServiceUnavailable, match=said):
        site.session.call("harvest_mail_test", address=ANNA)

    assert said in site.rows()[0][2]
    assert server.messages == []


def test_notices_are_listed_page_by_page(new_site: Callable[..., Site]) -> None:
    site = new_site(mail_to=f"{ANNA} {BEN}")
    source = site.source()
    for _ in range(3):
        site.job(source, errors=["no title"])
    site.tell()
    call = site.session.call

    first = call("harvest_notice_list", limit=4)
    second = call("harvest_notice_list", limit=4, after=first["next"], source_id="city")

    ids = [row["id"] for page in (first, second) for row in page["notices"]]
    assert (len(first["notices"]), len(set(ids)), second["next"]) == (4, 6, None)
    site.database.query("UPDATE ops.outbox SET created_at = created_at - interval '31 days'")
    site.job(source)
    site.tell()
    assert call("harvest_notice_list")["notices"] == []


def test_the_leader_hears_of_what_is_to_be_sent_and_looks_again_when_the_next_notice_is_due(
    new_site: Callable[..., Site], server: MailServer
) -> None:
    site = new_site()
    mail = next(duty for duty in site.duties if duty.name == "mail")
    listener = Listener(site.database, EVENTS)
    listener.wait(0)
    mail.run(site.now())
    assert mail.interval == QUIET

    server.refused = {ANNA: "451 4.7.1 try again later"}
    site.job(site.source(), errors=["no title"])
    site.tell()
    wait_for(lambda: "outbox" in listener.wait(1), PATIENCE, "it is told of the notice")
    site.database.query("UPDATE ops.outbox SET due_at = now() + interval '6 seconds'")
    mail.run(site.now())
    assert INTERVAL < mail.interval <= 6

    site.session.call("harvest_notice_retry")
    wait_for(lambda: "outbox" in listener.wait(1), PATIENCE, "it is told of the notice that a person tries again")
    listener.close()
