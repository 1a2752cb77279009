"""Commands on Kafka are for days, and two versions of harvestlog run side by side: schemas may only grow."""

import json
from io import BytesIO
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.utils import generate_many

import schemas
from adapters.kafka.codec import decode, schema_fingerprint
from domain.commands import FetchObject, GatherJob

ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
BODY = "01890a5dac96774bbcceb302099a8057"

# One message per schema ever used, as it was written then. Add a line with each new version, never change one.
GOLDEN = {
    "fetch_object": ("c301d4e81c206f58076c" + BODY + "06", FetchObject(ID, 3)),
    "gather_job": ("c301f2ca1840737ef1ab" + BODY + "d804", GatherJob(ID, 300)),
}


def _schema(name: str) -> Any:
    return parse_schema(json.loads(schemas.read(name)))


def _versions_of_one_message() -> list[tuple[str, str]]:
    return [(a, b) for a, b in permutations(schemas.names(), 2) if a.partition(".")[0] == b.partition(".")[0]]


def test_every_schema_has_a_golden_message() -> None:
    assert sorted(GOLDEN) == schemas.names()


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_message_of_every_version_is_still_read(name: str) -> None:
    message, command = GOLDEN[name]

    assert decode(bytes.fromhex(message)) == command


@pytest.mark.parametrize("name", schemas.names())
def test_the_text_of_a_schema_never_changes(name: str) -> None:
    assert schema_fingerprint(_schema(name)) == bytes.fromhex(GOLDEN[name][0])[2:10]


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_is_of_our_namespace_and_documented(name: str) -> None:
    schema = json.loads(schemas.read(name))

    assert schema["namespace"] == "harvestlog"
    assert schema["doc"]
    assert all(field["doc"] for field in schema["fields"])


def test_each_version_reads_what_every_other_one_wrote() -> None:
    for writer, reader in _versions_of_one_message():
        for record in generate_many(_schema(writer), 20):
            body = BytesIO()
            schemaless_writer(body, _schema(writer), record, strict=True)
            body.seek(0)
            assert schemaless_reader(body, _schema(writer), _schema(reader)) is not None


@pytest.mark.parametrize("name", schemas.names())
def test_a_further_field_with_a_default_keeps_messages_readable(name: str) -> None:
    schema = json.loads(schemas.read(name))
    grown = {**schema, "fields": [*schema["fields"], {"name": "trace", "type": "string", "default": ""}]}
    body = BytesIO(bytes.fromhex(GOLDEN[name][0])[10:])

    record: Any = schemaless_reader(body, parse_schema(schema), parse_schema(grown))

    assert record["trace"] == ""
