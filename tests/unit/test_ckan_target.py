"""What is sent to CKAN, and what becomes of its answers; CKAN is a list of answers here, or a small server."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal, refusal
from adapters.targets.ckan.names import Names, free_name
from adapters.targets.ckan.package import by_length, expected, form, match, origin
from adapters.targets.ckan.target import CKANTarget
from domain.errors import TargetError
from harvesters.target import Origin, Owner
from tests.support.action_site import HTML, ActionSite, action_site
from tests.support.stack import PATIENCE, wait_for

OURS = Owner("source-1", "City", "guid-1", "object-1", "hash-1")


@pytest.fixture
def site() -> Iterator[ActionSite]:
    with action_site() as known:
        yield known


def api(site: ActionSite, token: str = "secret", concurrency: int = 4, timeout: float = PATIENCE) -> ActionAPI:
    return ActionAPI(site.url, token, concurrency=concurrency, timeout=timeout, user_agent="harvestlog")


def package(**fields: Any) -> dict[str, Any]:
    return {"id": "id-1", "name": "trees", **fields}


# calls


def test_a_call_bears_token_agent_and_json(site: ActionSite) -> None:
    assert api(site).call("package_show", {"id": "é"}) == "package_show"

    path, headers, body = site.seen[0]
    assert (path, body) == ("/data/api/3/action/package_show", {"id": "é"})
    assert (headers["Authorization"], headers["User-Agent"]) == ("secret", "harvestlog")


def test_no_more_calls_than_allowed_are_under_way(site: ActionSite) -> None:
    calls = api(site, concurrency=2)
    site.release.clear()
    threads = [threading.Thread(target=calls.call, args=("status_show", {})) for _ in range(6)]
    for thread in threads:
        thread.start()
    wait_for(lambda: site.busy == 2, PATIENCE, "two calls are under way")
    site.release.set()
    for thread in threads:
        thread.join()

    assert (len(site.seen), site.most_busy) == (6, 2)


def test_the_character_that_postgres_cannot_store_is_left_out(site: ActionSite) -> None:
    api(site).call("package_create", {"notes": "a\0b", "title": "\\u0000", "tags": [{"name": "\0"}]})

    assert site.seen[0][2] == {"notes": "ab", "title": "\\u0000", "tags": [{"name": ""}]}


@pytest.mark.parametrize(
    ("status", "content", "headers", "code", "retryable", "after", "words"),
    [
        (502, HTML, {}, "http_502", True, None, "Bad gateway"),
        (503, HTML, {"Retry-After": "7"}, "http_503", True, 7.0, "503"),
        (429, "slow down", {"Retry-After": "soon"}, "http_429", True, None, "slow down"),
        (200, HTML, {}, "bad_answer", True, None, "no JSON of CKAN"),
        (200, {"success": False}, {}, "bad_answer", True, None, "no JSON of CKAN"),
        (200, "[1", {}, "bad_answer", True, None, "no JSON of CKAN"),
        (301, "", {"Location": "https://x/"}, "redirected", False, None, "HARVEST_CKAN_URL"),
        (404, HTML, {}, "not_found", False, None, "404"),
        (403, HTML, {}, "not_authorized", False, None, "403"),
        (413, HTML, {}, "http_413", False, None, "413"),
        (400, '"Bad request: no JSON"', {}, "http_400", False, None, "Bad request: no JSON"),
        (
            500,
            {"success": False, "error": {"__type": "Search Index Error", "message": "no index"}},
            {"Retry-After": "3"},
            "http_500",
            True,
            3.0,
            "no index",
        ),
        (
            403,
            {"success": False, "error": {"__type": "Authorization Error", "message": "Acceso denegado"}},
            {},
            "not_authorized",
            False,
            None,
            "HARVEST_CKAN_TOKEN may not do package_create; a sysadmin may. CKAN says: Acceso denegado",
        ),
    ],
)
def test_answers_that_are_no_success_are_errors_that_name_the_dataset(
    site: ActionSite,
    status: int,
    content: Any,
    headers: dict[str, str],
    code: str,
    retryable: bool,
    after: float | None,
    words: str,
) -> None:
    site.answer = lambda action: (status, content, headers)

    with pytest.raises(TargetError) as failed:
        CKANTarget(api(site)).save(package(), OURS)

    error = failed.value
    assert (error.code, error.retryable, error.retry_after) == (code, retryable, after)
    assert words in str(error)
    assert "(dataset trees, record guid-1)" in str(error)
    assert "secret" not in str(error)


def test_a_site_that_does_not_answer_in_time_is_asked_again_later(site: ActionSite) -> None:
    site.release.clear()

    with pytest.raises(TargetError) as failed:
        CKANTarget(api(site, timeout=0.1)).save(package(), OURS)

    assert (failed.value.code, failed.value.retryable) == ("timeout", True)


def test_a_site_that_is_not_there_is_asked_again_later() -> None:
    nowhere = ActionAPI("http://127.0.0.1:1", "", concurrency=1, timeout=1.0, user_agent="harvestlog")

    with pytest.raises(TargetError) as failed:
        CKANTarget(nowhere).save(package(), OURS)

    assert (failed.value.code, failed.value.retryable) == ("unreachable", True)
    assert "http://127.0.0.1:1" in str(failed.value)


# validation errors


@pytest.mark.parametrize(
    ("errors", "field", "text"),
    [
        ({"title": ["Missing value"]}, "title", "title: Missing value"),
        ({"resources": [{}, {"url": ["Missing value"]}]}, "resources", "resources: entry 1, url: Missing value"),
        ({"extras": [{"key": ["Missing value"]}]}, "extras", "extras: entry 0, key: Missing value"),
        ({"extras_validation": ['Duplicate key "a"']}, "extras", 'extras: Duplicate key "a"'),
        ({"tags": ["too short", {"vocabulary_id": ["none"]}]}, "tags", "tags: too short; tags: entry 1, vocabulary_id: none"),
        ({"a": "plain", "b": {"c": ["deep"]}}, "a", "a: plain; b: c: deep"),
        ({str(n): ["x"] for n in range(8)}, "0", "0: x; 1: x; 2: x; 3: x; 4: x; and 3 more"),
        ({}, None, "no reason was given"),
    ],
)
def test_validation_errors_name_field_and_place(errors: dict[str, Any], field: str | None, text: str) -> None:
    body = json.dumps({"success": False, "error": {**errors, "__type": "Validation Error"}}).encode()

    error = refusal("package_create", 409, body)

    assert (error.code, error.field, str(error), error.retryable) == ("validation", field, text, False)


def test_a_dataset_without_an_organization_is_told_what_to_do() -> None:
    body = b'{"success": false, "error": {"owner_org": ["Debe proporcionar una organizacion"], "__type": "Validation Error"}}'

    assert "give the source an owner_org" in str(refusal("package_create", 409, body))


# what is sent


def test_a_package_is_sent_active_with_its_owner_in_place_of_the_remotes() -> None:
    remote = [{"key": "harvest_object_id", "value": "theirs"}, {"key": "b", "value": '{"a":1}'}, {"key": "a", "value": "1"}]

    sent = form(package(state="draft", extras=remote, tags=None, relationships_as_subject=[{}]), OURS)

    assert sent["extras"] == [
        {"key": "a", "value": "1"},
        {"key": "b", "value": '{"a":1}'},
        {"key": "harvest_object_id", "value": "object-1"},
        {"key": "harvest_source_id", "value": "source-1"},
        {"key": "harvest_content_hash", "value": "hash-1"},
        {"key": "harvest_source_title", "value": "City"},
    ]
    assert {name: value for name, value in sent.items() if name != "extras"} == package(state="active")
    assert origin(sent) == Origin("source-1", "object-1", "hash-1", True)


def test_nothing_is_sent_that_ckan_finds_itself() -> None:
    computed = {
        "num_tags": 2,
        "num_resources": 0,
        "isopen": True,
        "license_title": "CC",
        "license_url": "http://c",
        "notes": "n",
    }
    tags = [{"name": "a", "display_name": "A", "id": "1", "state": "active", "vocabulary_id": None}]

    sent = form(package(**computed, creator_user_id="them", tags=tags), OURS)

    assert sent.keys() == {*package(), "notes", "tags", "state", "extras"}
    assert sent["tags"] == [{"name": "a"}]


def test_what_package_revise_compares_is_at_its_place_in_every_order() -> None:
    sent = form(package(extras=[{"key": "Zz", "value": "1"}]), OURS)

    compared = match("id-1", expected(sent, Owner("source-1", "", "", "", "", previous="object-0")), by_length)

    assert compared == {
        "id": "id-1",
        "extras": [
            {},
            {"key": "harvest_object_id", "value": "object-0"},
            {"key": "harvest_source_id", "value": "source-1"},
            {},
            {},
        ],
    }


# names


class Says:
    """An API that answers from a list; what it was asked for is in `actions`. It has no schemas and no packages unless the list
    has some."""

    def __init__(self, **answers: Callable[[Mapping[str, Any]], Any]) -> None:
        self.answers = answers
        self.actions: list[str] = []

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        if action == SCHEMA_SHOW and action not in self.answers:
            raise Refusal("Action name not known", 400, {}, code="http_400")
        self.actions.append(action)
        if action == "package_show" and action not in self.answers:
            raise Refusal("Not found", 404, {}, code="http_404")
        found = self.answers[action](data)
        if isinstance(found, Exception):
            raise found
        return found

    def find(self, action: str, data: Mapping[str, Any]) -> Any:
        try:
            return self.call(action, data)
        except Refusal as error:
            if error.status == 404:
                return None
            raise


SCHEMA_SHOW = "scheming_dataset_schema_show"
NONE = Refusal("none", 404, {}, code="not_found")
TAKEN = Refusal("name: ya existe", 409, {"name": ["ya existe"]}, code="validation", field="name")


def test_a_name_that_the_search_does_not_know_yet_is_passed_over() -> None:
    taken = {"trees", "trees1", "trees2"}
    names = Names(Says(package_search=lambda _: {"results": [{"name": "trees"}, {"name": "trees1"}]}))  # type: ignore[arg-type]

    def write(name: str) -> dict[str, str]:
        if name in taken:
            raise TAKEN
        return {"id": "id-1", "name": name}

    assert names.write("trees", write).name == "trees3"


def test_two_new_packages_of_one_name_are_made_one_after_the_other(site: ActionSite) -> None:
    site.answer = lambda action: (200, {"success": True, "result": {"id": "id-1", "name": "trees"}}, {})
    target = CKANTarget(api(site))
    target.preview(package(), OURS)  # it has asked for the schema by then
    site.seen.clear()
    site.release.clear()
    threads = [threading.Thread(target=target.save, args=(package(name=name), OURS)) for name in ("trees", "trees", "bushes")]
    for thread in threads:
        thread.start()
    wait_for(lambda: site.busy == 2, PATIENCE, "two names are under way")
    site.release.set()
    for thread in threads:
        thread.join()

    assert (len(site.seen), site.most_busy) == (3, 2)


def test_names_that_are_always_taken_end_in_an_error_that_may_be_tried_again() -> None:
    def write(name: str) -> dict[str, str]:
        raise TAKEN

    with pytest.raises(TargetError) as failed:
        Names(Says(package_search=lambda _: {"results": []})).write("trees", write)  # type: ignore[arg-type]

    assert (failed.value.code, failed.value.field, failed.value.retryable) == ("name_taken", "name", True)


def test_the_numbers_end_at_999() -> None:
    with pytest.raises(TargetError, match="trees1 to trees999"):
        free_name("trees", {f"trees{number}" for number in range(1, 1000)})
