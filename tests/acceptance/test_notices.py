"""Mail as an operator meets it: from the command line, sent by a running coordinator."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from adapters.postgres.outbox import Outbox
from tests.support.mail_server import MailServer, mail_server
from tests.support.stack import Stack, wait_for

ANNA, BEN = "anna@example.org", "ben@example.org"


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]], server: MailServer) -> Iterator[Stack]:
    mail: dict[str, Any] = {"smtp_server": server.address, "smtp_mail_from": "harvest@example.org", "mail_to": ANNA}
    with new_stack(status_mail_errored=True, retry_delay=0.1, **mail) as stack:
        yield stack


@pytest.mark.slow
def test_a_running_coordinator_mails_who_is_to_be_told_and_shows_what_could_not_be_sent(
    stack: Stack, server: MailServer
) -> None:
    outbox = Outbox(stack.parts.database)
    server.refused = {BEN: "550 no such user"}
    stack.source("city", "http://127.0.0.1/city", "raising", {"records": 3, "poison": ["record-1"]})
    subscribed = stack.cli("subscribe", BEN, "city").stdout

    stack.run("city")
    wait_for(lambda: server.to(ANNA) and outbox.trouble()[0], 60, "one mail arrives and one is refused")
    listed = stack.cli("notices", "--unsent").stdout
    status = stack.cli("status", status=1).stdout
    server.refused = {}
    retried = stack.cli("notices", "--retry").stdout
    wait_for(lambda: server.to(BEN) and not outbox.trouble()[0], 60, "what was refused arrives")

    assert "ben@example.org  city    yes" in subscribed
    assert server.to(ANNA)[0]["Subject"] == "harvestlog - Harvesting Job - Error Notification: City"
    assert [word in listed for word in (ANNA, BEN, "550 no such user", "given up")] == [False, True, True, True]
    assert "1 notice could not be sent so far (the mail server refuses the recipient: 550 no such user)" in status
    assert retried == "1 notice will be tried again within seconds, by the coordinator\n"


def test_what_is_wrong_with_mail_is_said_on_one_line(stack: Stack, server: MailServer) -> None:
    sent = stack.cli("test-mail", "cleo@example.org").stdout
    server.refused = {"nobody@example.org": "550 no such user"}
    refused = stack.cli("test-mail", "nobody@example.org", status=1).stderr

    assert sent == f"{server.address} took a mail from harvest@example.org to cleo@example.org\n"
    assert refused == "Error: nobody@example.org: the mail server refuses the recipient: 550 no such user\n"
