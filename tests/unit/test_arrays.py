"""Arrays leave for PostgreSQL as psycopg itself would send them, byte by byte."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.array import ListDumper

from adapters.postgres.arrays import FlatListDumper

LISTS: dict[str, list[Any]] = {
    "none": [],
    "uuids": [UUID(int=1), UUID(int=2**128 - 1), UUID(int=0)],
    "uuids and nothing": [UUID(int=1), None, UUID(int=2)],
    "texts": ["a", "", "ü€", "x" * 100_000],
    "texts and nothing": [None, "a"],
    "only nothing": [None, None],
    "bytes": [b"", b"\0\xff", bytearray(b"abc"), memoryview(b"def")],
    "small numbers": [1, 2, -3],
    "numbers of several sizes": [1, 2**40, -(2**62)],
    "fractions": [0.5, -1e300],
    "truths": [True, False],
    "times": [datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)],
    "two dimensions": [[UUID(int=1), UUID(int=2)], [UUID(int=3), None]],
}


def sent(values: list[Any], dumper: type | None) -> tuple[bytes, int]:
    adapters = psycopg.adapt.AdaptersMap(psycopg.adapters)
    if dumper:
        adapters.register_dumper(list, dumper)
        adapters.register_dumper(list, ListDumper)
    transformer = Transformer(_Context(adapters))
    chosen = transformer.get_dumper(values, PyFormat.BINARY)
    return bytes(chosen.dump(values) or b""), chosen.oid


class _Context:
    """What a dumper is made for."""

    connection = None

    def __init__(self, adapters: psycopg.adapt.AdaptersMap) -> None:
        self.adapters = adapters


@pytest.mark.parametrize("values", LISTS.values(), ids=LISTS)
def test_a_list_is_sent_as_psycopg_sends_it(values: list[Any]) -> None:
    assert sent(values, FlatListDumper) == sent(values, None)


@pytest.mark.parametrize("values", [["\ud800"], [[1, 2], [3]], [1, "a"]], ids=["half a surrogate pair", "uneven", "mixed"])
def test_what_psycopg_refuses_is_refused(values: list[Any]) -> None:
    with pytest.raises(Exception) as expected:
        sent(values, None)

    with pytest.raises(type(expected.value)):
        sent(values, FlatListDumper)
