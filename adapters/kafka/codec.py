"""Commands as bytes: Avro single-object encoding.

A message is C3 01, the CRC-64-AVRO fingerprint of its writer's schema (8 bytes, little-endian), and the Avro body:
https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID, SafeUUID

from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.schema import fingerprint, to_parsing_canonical_form

import schemas
from adapters.kafka.messages import Command
from domain.commands import FetchObject, GatherJob
from domain.errors import HarvestError

_MARK = b"\xc3\x01"
_PREFIX_LENGTH = 10  # bytes: mark and fingerprint


class Undecodable(HarvestError):
    """Bytes that are not a command, however long one waits; `reason` says why."""

    code = "undecodable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownSchema(Undecodable):
    """A command of a schema that this version doesn't have; `fingerprint` is its 8 bytes as sent.

    A newer writer may be rolling out, and its readers with it: worth waiting for a while.
    """

    code = "unknown_schema"

    def __init__(self, fingerprint: bytes) -> None:
        super().__init__(f"no schema has the fingerprint {fingerprint.hex()}")
        self.fingerprint = fingerprint


def encode(command: Command) -> bytes:
    """Bytes of a command in the newest schema of its kind."""
    form = _writers()[type(command)]
    message = BytesIO()
    message.write(form.prefix)
    schemaless_writer(message, form.schema, form.to_record(command))
    return message.getvalue()


def decode(value: bytes | None) -> Command:
    """The command in a message's value; raises Undecodable, or UnknownSchema for a fingerprint not known here."""
    if not value:
        raise Undecodable("the message is empty")
    message = BytesIO(value)
    prefix = message.read(_PREFIX_LENGTH)
    form = _readers().get(prefix)
    if form is None:
        raise _unknown(prefix)
    return _read_body(form, message)


def schema_fingerprint(schema: Any) -> bytes:
    """CRC-64-AVRO of a schema's canonical form, little-endian as it is sent: 8 bytes."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


@dataclass(frozen=True, slots=True)
class _Form:
    """One version of one message, and how it becomes a command of today."""

    prefix: bytes
    schema: Any
    reader_schema: Any  # today's schema of the same message; None when it is this one (reads twice as fast)
    to_record: Callable[[Any], Mapping[str, Any]]
    to_command: Callable[[Mapping[str, Any]], Command]


def _unknown(prefix: bytes) -> Undecodable:
    if prefix[:2] != _MARK or len(prefix) < _PREFIX_LENGTH:
        return Undecodable("not in Avro's single-object encoding")
    return UnknownSchema(prefix[2:])


def _read_body(form: _Form, body: BytesIO) -> Command:
    try:
        record: Any = schemaless_reader(body, form.schema, form.reader_schema)
        command = form.to_command(record)
    except Exception as error:  # fastavro raises whatever the bytes lead it to
        raise Undecodable(f"the body does not fit its schema: {error!r}") from error
    if body.read(1):
        raise Undecodable("bytes after the end of the body")
    return command


def _uuid(raw: bytes) -> UUID:
    """UUID(bytes=raw) of 16 bytes, without the constructor's checks: they take a third of decode()."""
    value = object.__new__(UUID)
    object.__setattr__(value, "int", int.from_bytes(raw, "big"))
    object.__setattr__(value, "is_safe", SafeUUID.unknown)
    return value


_CONVERSIONS: dict[str, tuple[type[Command], Callable[[Any], Mapping[str, Any]], Callable[[Any], Command]]] = {
    "gather_job": (
        GatherJob,
        lambda command: {"job_id": command.job_id.bytes, "epoch": command.epoch},
        lambda record: GatherJob(_uuid(record["job_id"]), record["epoch"]),
    ),
    "fetch_object": (
        FetchObject,
        lambda command: {"object_id": command.object_id.bytes, "epoch": command.epoch},
        lambda record: FetchObject(_uuid(record["object_id"]), record["epoch"]),
    ),
}


@cache
def _forms() -> dict[str, _Form]:
    return {name: _form(name) for name in schemas.names()}


def _form(name: str) -> _Form:
    message = name.partition(".")[0]
    _, to_record, to_command = _CONVERSIONS[message]
    schema, newest = _parse(name), _parse(message)
    prefix = _MARK + schema_fingerprint(schema)
    return _Form(prefix, schema, None if name == message else newest, to_record, to_command)


def _parse(name: str) -> Any:
    return parse_schema(json.loads(schemas.read(name)))


@cache
def _writers() -> dict[type, _Form]:
    return {command: _forms()[message] for message, (command, _, _) in _CONVERSIONS.items()}


@cache
def _readers() -> dict[bytes, _Form]:
    """By prefix; of schemas that differ in defaults or docs only (one fingerprint) today's is kept."""
    forms = sorted(_forms().values(), key=lambda form: form.reader_schema is None)
    return {form.prefix: form for form in forms}
