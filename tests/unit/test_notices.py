"""Which mail a job's end gives rise to, who gets it, when it is tried again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.settings import load
from domain import notices
from domain.errors import SettingError
from domain.notices import DIGEST, ERROR, SUMMARY, JobEnd, MailPolicy, event_type, mail_kind, next_attempt, next_digest

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FINE: dict[str, int] = {"added": 3}
WRONG = {"errored": 1}


def end(outcome: str = "finished", counts: dict[str, int] = FINE, **more: Any) -> JobEnd:
    values = {"kind": "harvest", "trigger": "schedule", **more}
    return JobEnd("job", "source", "city", "City", "org", outcome=outcome, counts=counts, created="", ended="", **values)


@pytest.mark.parametrize(
    ("policy", "fine", "wrong"),
    [
        (MailPolicy(), None, None),
        (MailPolicy(errored=True), None, ERROR),
        (MailPolicy(all=True), SUMMARY, ERROR),
        (MailPolicy(errored=True, all=True), SUMMARY, ERROR),
        (MailPolicy(digest=True), DIGEST, DIGEST),
        (MailPolicy(errored=True, digest=True), DIGEST, ERROR),
        (MailPolicy(errored=True, all=True, digest=True), SUMMARY, ERROR),
    ],
)
def test_a_job_gives_rise_to_one_mail_at_most(policy: MailPolicy, fine: str | None, wrong: str | None) -> None:
    assert mail_kind(end(), policy) == fine
    assert mail_kind(end(counts=WRONG), policy) == wrong
    assert mail_kind(end("failed"), policy) == wrong
    assert mail_kind(end("held"), policy) == wrong


@pytest.mark.parametrize(
    "quiet", [{"outcome": "aborted"}, {"trigger": "run-test"}, {"kind": "import"}, {"kind": "clear"}, {"kind": "removal"}]
)
def test_jobs_whose_end_a_person_sees_or_that_bring_nothing_new_are_not_mailed(quiet: dict[str, Any]) -> None:
    assert mail_kind(end(**{"counts": WRONG, **quiet}), MailPolicy(errored=True, all=True, digest=True)) is None


def test_webhooks_get_every_end_but_that_of_a_test() -> None:
    assert event_type(end()) == event_type(end(kind="import")) == "org.harvestlog.job.finished"
    assert event_type(end("aborted")) == "org.harvestlog.job.aborted"
    assert event_type(end(trigger="run-test")) is None


def test_each_address_gets_mail_once_and_those_who_opted_out_none() -> None:
    admins = ["Anna@Example.org", "anna@example.org", "ben@example.org"]

    assert notices.recipients(admins, ["BEN@example.org", "cleo@example.org"], []) == [
        *("anna@example.org", "ben@example.org", "cleo@example.org"),
    ]
    assert notices.recipients(admins, ["cleo@example.org"], ["Anna@example.org"]) == ["ben@example.org", "cleo@example.org"]
    assert notices.recipients(admins, ["cleo@example.org"], ["*"]) == []


def test_attempts_are_further_and_further_apart_and_end_after_three_days() -> None:
    at, attempts, waits = NOW, 0, []
    while (after := next_attempt(at, NOW + notices.KEEP_TRYING, attempts := attempts + 1)) is not None:
        waits.append((after - at).total_seconds())
        at = after

    assert waits[:7] == [60, 120, 240, 480, 960, 1920, 3600]
    assert timedelta(days=2, hours=22) < at - NOW < timedelta(days=3)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("07:00", "2026-03-02T07:00"),
        ("12:00", "2026-03-02T12:00"),
        ("12:01", "2026-03-01T12:01"),
        ("14:00 Europe/Berlin", "2026-03-01T13:00"),
        ("13:00 Europe/Berlin", "2026-03-02T12:00"),
    ],
)
def test_the_digest_goes_out_once_a_day(at: str, expected: str) -> None:
    assert next_digest(NOW, at) == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("STATUS_MAIL_DIGEST_AT", "25:00", "'25:00' is no time of day"),
        ("STATUS_MAIL_DIGEST_AT", "07:00 Europe/Atlantis", "'Europe/Atlantis' is no time zone"),
        ("STATUS_MAIL_ERRORED", "sometimes", "neither true nor false"),
        ("MAIL_TO", "anna@example.org, ben", "'ben' is no e-mail address"),
        ("MAIL_TO", "anna@example.org\nBcc:eve@example.org", "is no e-mail address"),
        ("SMTP_SERVER", "smtp://mail", "is no mail server"),
        ("SMTP_SERVER", "mail:99999", "is no mail server"),
        ("SITE_URL", "data.example.org", "does not start with http"),
        ("WEBHOOK_URLS", "https://one.example/ ftp://two.example/", "'ftp://two.example/' does not start with http"),
        ("WEBHOOK_URLS", "https://one.example/", "needs HARVEST_WEBHOOK_SECRET"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingError, match=said) as refused:
        load({f"HARVEST_{name}": value})

    assert f"HARVEST_{name}" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("localhost", ("localhost", 25)), ("mail.example.org:587", ("mail.example.org", 587)), ("[::1]:2525", ("::1", 2525))],
)
def test_a_mail_server_is_a_host_with_or_without_a_port(text: str, expected: tuple[str, int]) -> None:
    assert notices.server_address(text) == expected
