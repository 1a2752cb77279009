"""No secret of a request, or of its source's configuration, is in what is kept of the answer, however the answer writes it."""

import json

import pytest

from harvesters.http.masking import Masking, secrets_of_config, secrets_of_url

KEY = 'k3y "of/the&source'
CONFIG = {"api_key": KEY, "headers": {"X-Gate": "0pen-gate"}, "feed": "https://ann:p4ss@x.example/?token=t0ken", "pages": 5}


def masking() -> Masking:
    return Masking("https://x.example/?sig=s1gned", {"X-Any": "any-header"}, secrets_of_config(CONFIG))


def test_secrets_of_a_configuration_are_found_by_their_names() -> None:
    assert {*secrets_of_config(CONFIG)} == {KEY, "0pen-gate", "p4ss", "t0ken"}
    assert [*secrets_of_url("no address")] == []


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"you": {"sent": [KEY, "0pen-gate"], "any-header": "p4ss"}}),
        json.dumps({"config": json.dumps({"api_key": "an0ther"})}),
        json.dumps({"extras": [{"key": "api_key", "value": "an0ther"}, {"name": "password", "value": "an0ther"}]}),
        json.dumps({"next": "/list?api_key=an0ther&page=2"}),
        "<r><api_key>an0ther</api_key><x:Password kind='a'>an0ther</x:Password></r>",
        "<a href='/list?page=2&amp;token=an0ther'>more</a>",
        '{"broken": "json", "api_key": "an0ther"',
        "k3y%20%22of%2Fthe%26source and k3y+%22of%2Fthe%26source and k3y &quot;of/the&amp;source",
        "https://x.example/?sig=s1gned",
    ],
)
def test_none_is_left_in_a_document(text: str) -> None:
    masked = masking().text(text)

    for secret in ("k3y", "0pen-gate", "any-header", "p4ss", "an0ther", "s1gned"):
        assert secret not in masked
    assert "***" in masked


@pytest.mark.parametrize("text", ['{"n":  1, "title": "Key figures"}', "<key>A key</key>", "plain ?page=2&q=token", ""])
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert masking().text(text) == text


def test_a_number_that_is_a_secret_leaves_the_document_json() -> None:
    masked = Masking("", {}, ["12345"]).text('{"pin": 12345, "n": 123456, "text": "12345"}')

    assert json.loads(masked) == {"pin": "***", "n": 123456, "text": "***"}


def test_a_document_in_another_charset_is_masked_too() -> None:
    body = "Bäume <api_key>an0ther</api_key> 0pen-gate".encode("latin-1")

    assert masking().body(body) == "Bäume <api_key>***</api_key> ***".encode("latin-1")


def test_a_header_with_an_address_is_masked() -> None:
    assert masking().header('</list?token=an0ther>; rel="next"') == '</list?token=***>; rel="next"'
