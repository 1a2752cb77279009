"""Which token a request bears, and for whom a service calls."""

import json
from typing import Any

import pytest

from adapters.access.headers import named_caller, token_of
from domain.access import Caller
from domain.errors import UnknownToken, ValidationError

SCOPE = frozenset({"write"})


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, ""),
        ({"authorization": "abc"}, "abc"),
        ({"authorization": "Bearer abc"}, "abc"),
        ({"authorization": "bearer  abc "}, "abc"),
        ({"authorization": "Bearer"}, ""),
        ({"authorization": "Bearer "}, ""),
        ({"x-ckan-api-key": "abc"}, "abc"),
        ({"authorization": "abc", "x-ckan-api-key": "old"}, "abc"),
        ({"authorization": "Basic dXNlcjpwYXNz"}, ""),
        ({"authorization": "Basic dXNlcjpwYXNz", "x-ckan-api-key": "abc"}, "abc"),
    ],
)
def test_a_token_is_found_where_ckan_looks_for_it(headers: dict[str, str], token: str) -> None:
    assert token_of(headers) == token


@pytest.mark.parametrize("token", ["a" * 5000, "café", "a\x07b", "Bearer a b"])
def test_what_cant_be_a_token_is_refused_without_asking_anybody(token: str) -> None:
    with pytest.raises(UnknownToken):
        token_of({"authorization": token})


def test_a_service_names_its_caller() -> None:
    said = {"name": "anna", "organizations": {"org": "editor", "other": "invented"}}

    assert named_caller(json.dumps(said), SCOPE) == Caller("anna", False, {"org": "editor"}, SCOPE)
    assert named_caller('{"name": "root", "sysadmin": true}', SCOPE) == Caller("root", True, {}, SCOPE)
    assert named_caller("{}", SCOPE) == Caller("", False, {}, SCOPE)


@pytest.mark.parametrize(
    "said",
    [
        "",
        " ",
        "anna",
        "[" * 100_000,
        "[]",
        {"name": "anna", "admin": True},
        {"name": 3},
        {"name": "a" * 201},
        {"name": "an\nna"},
        {"name": "anna", "sysadmin": "true"},
        {"name": "anna", "organizations": ["org"]},
        {"name": "anna", "organizations": {"org": 1}},
        {"sysadmin": True},
        {"name": "", "organizations": {"org": "admin"}},
    ],
)
def test_a_service_that_doesnt_say_plainly_who_calls_is_refused(said: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        named_caller(said if isinstance(said, str) else json.dumps(said), SCOPE)

    assert refused.value.errors.keys() == {"X-Harvest-Caller"}
