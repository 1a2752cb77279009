"""Lists as binary arrays of PostgreSQL, without a call of Python for each element.

Each object is an element of some twenty arrays on its way: psycopg's own dumper makes four to six calls for each of them, a
seventh of what a worker does for an object. What arrives at the server is the same, byte by byte.
"""

from collections.abc import Callable, Iterable
from itertools import chain, repeat
from operator import attrgetter
from struct import Struct
from types import NoneType
from typing import Any

from psycopg import Connection
from psycopg.types.array import ListBinaryDumper, ListDumper
from psycopg.types.uuid import UUIDBinaryDumper

UUID_LENGTH = b"\0\0\0\x10"  # before each UUID
LENGTH: Callable[[int], bytes] = Struct("!I").pack


class FlatListDumper(ListBinaryDumper):
    """psycopg's dumper, and a short way for lists of one dimension without None."""

    def _dump_list(self, L: list[Any], dim: int, dims: list[int], data: list[Any]) -> int:  # noqa: N803  psycopg's name
        if len(dims) > 1 or NoneType in set(map(type, L)):
            return super()._dump_list(L, dim, dims, data)
        if isinstance(self.sub_dumper, UUIDBinaryDumper):
            data.append(UUID_LENGTH + UUID_LENGTH.join(_uuids(L)))
            return 0
        assert self.sub_dumper is not None
        elements = list(map(self.sub_dumper.dump, L))
        if None in elements:
            return super()._dump_list(L, dim, dims, data)
        data += chain.from_iterable(zip(map(LENGTH, map(len, elements)), elements, strict=True))  # type: ignore[arg-type]
        return 0


def _uuids(uuids: list[Any]) -> Iterable[bytes]:
    return map(int.to_bytes, map(attrgetter("int"), uuids), repeat(16), repeat("big"))  # type: ignore[arg-type]


def short_ways(connection: Connection[Any]) -> None:
    """Use it for `%b` on a connection; `%s` goes as text, as usual."""
    connection.adapters.register_dumper(list, FlatListDumper)
    connection.adapters.register_dumper(list, ListDumper)  # the one that came last is the one for %s
