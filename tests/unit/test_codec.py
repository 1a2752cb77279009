"""Commands as bytes: what is written can be read, and nothing else is."""

import json
from contextlib import suppress
from uuid import UUID

import pytest
from fastavro import parse_schema
from hypothesis import given
from hypothesis import strategies as st

import schemas
from adapters.kafka.codec import Undecodable, UnknownSchema, decode, encode, schema_fingerprint
from domain.commands import FetchObject, GatherJob

OBJECT = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
LONG = st.integers(min_value=-(2**63), max_value=2**63 - 1)
COMMANDS = st.one_of(st.builds(GatherJob, st.uuids(), LONG), st.builds(FetchObject, st.uuids(), LONG))


@given(COMMANDS)
def test_a_command_is_read_as_it_was_written(command: GatherJob | FetchObject) -> None:
    assert decode(encode(command)) == command


@given(st.uuids())
def test_ids_are_ordinary_uuids(identity: UUID) -> None:
    read = decode(encode(GatherJob(identity, 1))).key

    assert (read, hash(read), str(read), read.is_safe) == (identity, hash(identity), str(identity), identity.is_safe)


def test_fingerprints_are_those_of_the_avro_specification() -> None:
    assert schema_fingerprint("null") == (0x63DD24E7CC258F8A).to_bytes(8, "little")


def test_a_message_is_in_single_object_encoding() -> None:
    schema = parse_schema(json.loads(schemas.read("fetch_object")))

    message = encode(FetchObject(OBJECT, 3))

    assert message == b"\xc3\x01" + schema_fingerprint(schema) + OBJECT.bytes + b"\x06"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b"\xc3", "single-object"),
        (b'{"object_id": "1"}', "single-object"),
        (b"\xc3\x01\x00\x00", "single-object"),
        (encode(FetchObject(OBJECT, 3))[:-1], "does not fit"),
        (encode(FetchObject(OBJECT, 3))[:10], "does not fit"),
        (encode(FetchObject(OBJECT, 3)) + b"\x00", "after the end"),
    ],
)
def test_other_bytes_are_undecodable_for_good(value: bytes | None, reason: str) -> None:
    with pytest.raises(Undecodable, match=reason) as caught:
        decode(value)

    assert not isinstance(caught.value, UnknownSchema)


@given(st.binary())
def test_no_bytes_raise_anything_else(value: bytes) -> None:
    with suppress(Undecodable):
        decode(value)


@given(COMMANDS, st.binary(max_size=30))
def test_a_broken_body_raises_nothing_else(command: GatherJob | FetchObject, body: bytes) -> None:
    with suppress(Undecodable):
        decode(encode(command)[:10] + body)


def test_an_unknown_schema_is_told_apart() -> None:
    with pytest.raises(UnknownSchema) as caught:
        decode(b"\xc3\x01newer123" + OBJECT.bytes + b"\x06")

    assert caught.value.fingerprint == b"newer123"
