"""Webhooks: signed events over real HTTP, sent again until the receiver takes them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.support.action_site import ActionSite
from tests.support.notice_site import SECRET, Site


def verified(seen: tuple[str, Any, Any], secret: bytes, now: datetime) -> bool:
    """As a receiver checks it: https://github.com/standard-webhooks/standard-webhooks."""
    headers = {name.lower(): value for name, value in seen[1].items()}
    body = json.dumps(seen[2], separators=(",", ":"), ensure_ascii=False)
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    expected = "v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    return expected == headers["webhook-signature"] and abs(now.timestamp() - int(headers["webhook-timestamp"])) < 60


def test_a_webhook_gets_a_signed_event_of_each_job(new_site: Callable[..., Site], receiver: ActionSite) -> None:
    url = f"{receiver.url}hook?token=geheim-5"
    site = new_site(webhook_urls=url, webhook_secret=SECRET, status_mail_errored=False, site_url="https://portal.example")
    source = site.source()
    job = site.job(source, errors=["no title"])
    aborted = site.parts.application.create_job(source)
    site.parts.application.abort_job(aborted, by="admin")

    site.tell()

    first, second = receiver.seen
    event = first[2]
    assert (first[0], first[1]["Content-Type"]) == ("/data/hook?token=geheim-5", "application/cloudevents+json; charset=utf-8")
    assert all(verified(seen, b"shared by both", site.now()) for seen in receiver.seen)
    assert {name: event[name] for name in ("specversion", "source", "type", "subject", "datacontenttype")} == {
        "specversion": "1.0",
        "source": "https://portal.example",
        "type": "org.harvestlog.job.finished",
        "subject": "city",
        "datacontenttype": "application/json",
    }
    assert event["data"]["stats"] == {"errored": 1, "added": 1, "updated": 0, "deleted": 0, "not modified": 0}
    assert (event["data"]["job_id"], event["data"]["job_url"]) == (job, f"https://portal.example/harvest/city/job/{job}")
    assert (second[2]["type"], second[2]["data"]["job_id"]) == ("org.harvestlog.job.aborted", str(aborted))
    assert datetime.fromisoformat(event["time"]) <= site.now()
    assert [event["recipient"] for event in site.sent()] == [
        f"http://127.0.0.1:{receiver.url.split(':')[2].split('/')[0]}/***"
    ] * 2
    assert "geheim" not in json.dumps(site.session.call("harvest_notice_list"), default=str)


def test_a_receiver_that_fails_gets_the_same_event_later_and_stops_no_other(
    new_site: Callable[..., Site], receiver: ActionSite
) -> None:
    receiver.answer = lambda hook: (503 if hook == "bad" else 204, "", {})
    site = new_site(webhook_urls=f"{receiver.url}bad {receiver.url}good", webhook_secret=SECRET, status_mail_errored=False)
    source = site.source()
    for _ in range(3):
        site.job(source)

    site.tell()
    paths = [seen[0] for seen in receiver.seen]
    assert sorted(paths) == ["/data/bad", *["/data/good"] * 3]  # one attempt, then it is left alone
    assert [attempts for url, attempts, _ in site.rows() if url.endswith("bad")] == [1, 1, 1]
    receiver.answer = lambda _: (200, "", {})
    site.hurry()
    site.tell()

    ids = [seen[1]["webhook-id"] for seen in receiver.seen if seen[0] == "/data/bad"]
    assert (len(ids), len(set(ids))) == (4, 3)
    assert all(error is None for _, _, error in site.rows())


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        ((410, "", {}), "given up", "HTTP 410"),
        ((400, "no", {}), "waiting", "HTTP 400"),
        ((302, "", {"Location": "http://127.0.0.1:1/"}), "waiting", "redirects"),
    ],
)
def test_a_receiver_that_refuses_is_told_again_unless_it_is_gone_and_never_elsewhere(
    new_site: Callable[..., Site], receiver: ActionSite, answer: Any, state: str, said: str
) -> None:
    receiver.answer = lambda _: answer
    site = new_site(webhook_urls=receiver.url, webhook_secret="plain text", status_mail_errored=False)
    site.job(site.source())

    site.tell()

    assert len(receiver.seen) == 1
    assert verified(receiver.seen[0], b"plain text", site.now())
    [row] = site.session.call("harvest_notice_list", unsent=True)["notices"]
    assert (row["state"], said in row["error"]) == (state, True)


def test_a_webhook_that_is_no_longer_wanted_gets_nothing_any_more(new_site: Callable[..., Site], receiver: ActionSite) -> None:
    site = new_site(webhook_urls=receiver.url, webhook_secret=SECRET, status_mail_errored=False)
    site.job(site.source())
    site.write.run(site.now())

    new_site(status_mail_errored=False).tell()

    assert receiver.seen == []
    assert site.rows("error") == [("its address is no longer in HARVEST_WEBHOOK_URLS",)]


def test_a_receiver_in_the_own_network_gets_events_only_where_its_address_is_allowed(
    new_site: Callable[..., Site], receiver: ActionSite
) -> None:
    options = {"webhook_urls": receiver.url, "webhook_secret": SECRET, "status_mail_errored": False}
    site = new_site(**options, http_allow="none")
    site.job(site.source())
    site.tell()
    refused = len(receiver.seen)

    allowed = new_site(**options)
    allowed.hurry()
    allowed.tell()

    assert (refused, len(receiver.seen)) == (0, 1)
