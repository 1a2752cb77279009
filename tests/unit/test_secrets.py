"""Secrets are hidden wherever they stand; everything else stays as it was."""

import json

import pytest

from domain.secrets import is_secret_name, mask_config, mask_text, mask_url, mask_value, unmask_config

SECRET = """api_key apikey API-Key ckan_api_key password db.password passwd token access_token accessToken client_secret secret
Authorization X-Auth-Key credentials private_key Cookie passphrase"""


@pytest.mark.parametrize("name", SECRET.split())
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["key", "keywords", "default_tags", "tokenizer", "passenger", "author", "secretary", "url", "n"]
)
def test_other_names_are_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pw@host/path?q=1", "https://me:***@host/path?q=1"),
        ("https://me:p@w:x@host/", "https://me:***@host/"),
        ("https://my name:p w@host/", "https://my name:***@host/"),
        ("https://me@host/", "https://me@host/"),
        ("https://0123456789abcdef0123@host/", "https://***@host/"),
        ("https://host/?a=1&token=abc&b=2", "https://host/?a=1&token=***&b=2"),
        ("https://host/?key=abc#part", "https://host/?key=***#part"),
        ("https://host/?keyword=abc", "https://host/?keyword=abc"),
        ("https://host:8080/path", "https://host:8080/path"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, shown: str) -> None:
    assert mask_url(url) == shown
    assert mask_text(f"GET {url} failed") == f"GET {shown} failed"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("host=db password=geheim dbname=x", "host=db password=*** dbname=x"),
        ("""{'api_key': 'geheim', 'n': 1}""", """{'api_key': '***', 'n': 1}"""),
        ('sent "token" : "ge\'heim" twice', 'sent "token" : "***" twice'),
        ("Authorization: Bearer geheim-geheim", "Authorization: ***"),
        ("api_key: must be a string", "api_key: must be a string"),
        ("no secrets: none at all = fine", "no secrets: none at all = fine"),
    ],
)
def test_messages_are_shown_without_secrets(text: str, shown: str) -> None:
    assert mask_text(text) == shown


def test_a_config_is_masked_at_every_depth_and_otherwise_unchanged() -> None:
    config = {
        "api_key": "a",
        "more": [{"password": "b", "n": 1}],
        "headers": {"X": "c"},
        "remote": "https://u:d@h/",
        "token": "",
    }

    masked = json.loads(mask_config(json.dumps(config)))

    assert masked == {
        "api_key": "***",
        "more": [{"password": "***", "n": 1}],
        "headers": {"X": "***"},
        "remote": "https://u:***@h/",
        "token": "",
    }
    assert mask_config('{"records":   3}') == '{"records":   3}'
    assert mask_config("") == ""
    assert "geheim" not in mask_config('{"api_key": "geheim"')
    assert mask_value({"api_key": None}) == {"api_key": None}


def test_a_masked_config_that_is_sent_back_means_what_it_hid() -> None:
    before = json.dumps({"api_key": "a", "list": [{"token": "b"}], "remote": "https://u:d@h/", "n": 1})
    edited = json.loads(mask_config(before)) | {"n": 2}

    after = json.loads(unmask_config(json.dumps(edited), before))

    assert after == json.loads(before) | {"n": 2}
    assert json.loads(unmask_config('{"api_key": "new"}', before)) == {"api_key": "new"}
