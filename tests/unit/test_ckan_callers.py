"""What CKAN is asked about a token, how often, and what becomes of a caller when it doesn't answer."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.access.callers import Callers
from adapters.access.ckan import DOWN, KEPT, REFUSED, CkanPersons
from adapters.postgres.tokens import Holder
from adapters.targets.ckan.api import ActionAPI
from domain.access import ANONYMOUS, Caller
from domain.errors import ServiceUnavailable, UnknownToken
from tests.support.action_site import HTML, ActionSite, Answer, action_site
from tests.support.stack import PATIENCE

ANNA = {"id": "1", "name": "anna", "sysadmin": False, "state": "active"}
ORGS = [
    {"id": "o-1", "name": "bka", "capacity": "editor"},
    {"id": "o-2", "name": "zkm", "capacity": "member"},
    {"id": "o-3", "name": "other", "capacity": "invented"},
]
NOBODY = {"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site() -> Iterator[ActionSite]:
    with action_site() as site:
        answers(site, ANNA, ORGS)
        yield site


@pytest.fixture
def persons(site: ActionSite, clock: Clock) -> CkanPersons:
    return CkanPersons(lambda token: ActionAPI(site.url, token, concurrency=1, timeout=PATIENCE, user_agent="tests"), clock)


def answers(site: ActionSite, user: dict[str, Any] | None, organisations: Any = ()) -> None:
    results: dict[str, Any] = {"user_show": user, "organization_list_for_user": list(organisations)}

    def answer(action: str) -> Answer:
        return (404, NOBODY, {}) if results[action] is None else (200, {"success": True, "result": results[action]}, {})

    site.answer = answer


def test_a_caller_is_the_tokens_user_with_the_roles_in_organisations_by_id_and_name(
    site: ActionSite, persons: CkanPersons
) -> None:
    caller = persons.caller("token-1")

    assert caller == Caller("anna", False, {"o-1": "editor", "bka": "editor", "o-2": "member", "zkm": "member"})
    assert [(path.rpartition("/")[2], headers["Authorization"], body) for path, headers, body in site.seen] == [
        ("user_show", "token-1", {}),
        ("organization_list_for_user", "token-1", {"permission": "read"}),
    ]


def test_a_sysadmin_of_ckan_is_one_here(site: ActionSite, persons: CkanPersons) -> None:
    answers(site, {**ANNA, "sysadmin": True})

    assert persons.caller("token-1").sysadmin


def test_ckan_is_asked_once_in_a_minute_and_what_is_revoked_there_is_refused_within_it(
    site: ActionSite, persons: CkanPersons, clock: Clock
) -> None:
    before = [persons.caller("token-1") for _ in range(3)]
    answers(site, None)
    clock.now += KEPT - 1
    still = persons.caller("token-1")
    clock.now += 1

    assert KEPT <= 60
    assert {caller.name for caller in (*before, still)} == {"anna"}
    assert len(site.seen) == 2
    with pytest.raises(UnknownToken):
        persons.caller("token-1")


def test_a_role_that_was_taken_in_ckan_is_gone_within_a_minute(site: ActionSite, persons: CkanPersons, clock: Clock) -> None:
    persons.caller("token-1")
    answers(site, ANNA, ORGS[1:])
    clock.now += KEPT

    assert persons.caller("token-1").roles == {"o-2": "member", "zkm": "member"}


def test_a_token_that_is_nobodys_is_asked_about_once_in_some_seconds(
    site: ActionSite, persons: CkanPersons, clock: Clock
) -> None:
    answers(site, None)
    for _ in range(3):
        with pytest.raises(UnknownToken, match="unknown, expired or revoked"):
            persons.caller("token-1")
    assert len(site.seen) == 1

    answers(site, ANNA)
    clock.now += REFUSED

    assert persons.caller("token-1").name == "anna"


@pytest.mark.parametrize("user", [{**ANNA, "state": "deleted"}, {"id": "1"}, [], "x"])
def test_a_user_who_isnt_active_is_nobody(site: ActionSite, persons: CkanPersons, user: Any) -> None:
    answers(site, user)

    with pytest.raises(UnknownToken):
        persons.caller("token-1")


def test_guesses_dont_push_out_answers_that_are_right(
    site: ActionSite, persons: CkanPersons, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persons._unknown, "_most", 3)
    persons.caller("token-1")
    answers(site, None)
    for number in range(10):
        with pytest.raises(UnknownToken):
            persons.caller(f"guess-{number}")
    asked = len(site.seen)

    assert persons.caller("token-1").name == "anna"
    assert len(site.seen) == asked
    assert len(persons._unknown._answers) == 3


@pytest.mark.parametrize(
    "answer", [(502, HTML, {}), (500, {"success": False, "error": {}}, {}), (404, HTML, {}), (200, HTML, {})]
)
def test_a_ckan_that_doesnt_answer_allows_nothing_and_isnt_asked_by_every_request(
    site: ActionSite, persons: CkanPersons, clock: Clock, answer: Answer
) -> None:
    site.answer = lambda action: answer
    for token in ("token-1", "token-1", "token-2"):
        with pytest.raises(ServiceUnavailable, match="CKAN doesn't say who calls"):
            persons.caller(token)
    assert len(site.seen) == 1

    answers(site, ANNA)
    clock.now += DOWN

    assert persons.caller("token-1").name == "anna"


def test_an_answer_is_used_while_ckan_is_down_and_not_longer(site: ActionSite, persons: CkanPersons, clock: Clock) -> None:
    persons.caller("token-1")
    site.answer = lambda action: (502, HTML, {})
    clock.now += KEPT - 1
    assert persons.caller("token-1").name == "anna"

    clock.now += 1

    with pytest.raises(ServiceUnavailable):
        persons.caller("token-1")


def test_many_requests_with_one_token_at_a_time_ask_ckan_once(site: ActionSite, persons: CkanPersons) -> None:
    site.release.clear()
    begun = threading.Barrier(21)

    def call(_: int) -> str:
        begun.wait()
        return persons.caller("token-1").name

    with ThreadPoolExecutor(20) as threads:
        names = threads.map(call, range(20))
        begun.wait()
        site.release.set()

        assert set(names) == {"anna"}

    assert len(site.seen) == 2


def test_many_requests_at_a_time_learn_of_one_failure(site: ActionSite, persons: CkanPersons) -> None:
    site.release.clear()
    site.answer = lambda action: (502, HTML, {})
    begun = threading.Barrier(11)

    def call(_: int) -> str:
        begun.wait()
        with pytest.raises(ServiceUnavailable) as refused:
            persons.caller("token-1")
        return str(refused.value)

    with ThreadPoolExecutor(10) as threads:
        said = threads.map(call, range(10))
        begun.wait()
        site.release.set()

        assert len(set(said)) == 1

    assert len(site.seen) == 1


class NoTokens:
    """In place of the table of tokens; `service` is a service's."""

    service: Holder | None = None

    def holder(self, _token: str) -> Holder | None:
        return self.service


def test_a_service_of_ckan_names_its_caller_and_ckan_isnt_asked(site: ActionSite, persons: CkanPersons) -> None:
    tokens: Any = NoTokens()
    tokens.service = Holder("ckan", frozenset({"write"}), None, False, {})
    callers = Callers(persons, tokens)

    caller = callers.caller(
        {"authorization": "hls_1", "x-harvest-caller": '{"name": "anna", "organizations": {"o-1": "admin"}}'}
    )

    assert caller == Caller("anna", False, {"o-1": "admin"}, frozenset({"write"}))
    assert site.seen == []


def test_nobody_but_a_service_says_for_whom_they_call(site: ActionSite, persons: CkanPersons) -> None:
    tokens: Any = NoTokens()
    callers = Callers(persons, tokens)
    claim = {"x-harvest-caller": '{"name": "root", "sysadmin": true}'}

    assert callers.caller(claim) == ANONYMOUS
    assert callers.caller({"authorization": "token-1", **claim}).name == "anna"
    for token in ("hls_guessed", "hl_of-ours"):
        with pytest.raises(UnknownToken):
            callers.caller({"authorization": token, **claim})
    assert [path.rpartition("/")[2] for path, _, _ in site.seen] == ["user_show", "organization_list_for_user"]
