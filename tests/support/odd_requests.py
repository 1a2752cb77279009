"""Requests that nobody expects, made from our OpenAPI document by schemathesis (https://schemathesis.readthedocs.io).

Half of what is generated fits the document and half doesn't. Ids and names that exist are put into many of them, or
nearly every request would end at "not found".
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core import NOT_SET
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from adapters.web.openapi import description

JSON = "application/json"


@dataclass(frozen=True)
class OddRequest:
    """One request; `body` None: a GET."""

    action: str
    query: str
    body: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its address without the host."""
        return f"/api/3/action/{self.action}{'?' if self.query else ''}{self.query}"


@dataclass(frozen=True)
class OddAnswer:
    """What was answered, and to whom."""

    request: OddRequest
    role: str
    status: int
    body: bytes

    def __str__(self) -> str:
        asked = f"{self.request.action} {self.request.query[:300]} {(self.request.body or b'')[:300]!r}"
        return f"{asked} by {self.role}: {self.status} {self.body[:600]!r}"


def odd_requests(examples: int, named: Mapping[str, Sequence[Any]]) -> Iterator[OddRequest]:
    """`examples` requests of each operation that fit the document, and as many that don't; the same ones each time.

    `named`: values by parameter, one of which is put in place of what was generated, or next to it, two times of three.
    """
    chance = random.Random(1)
    document = schemathesis.openapi.from_dict(_without_lengths(description()))
    for result in document.get_all_operations():
        assert isinstance(result, Ok), f"schemathesis doesn't understand the document: {result}"
        for case in _cases(result.ok(), examples):
            yield _request(case, named, chance)


def _without_lengths(value: Any) -> Any:
    """The document without the longest length of texts: a megabyte each would be most of the work; they are tested apart."""
    if isinstance(value, dict):
        return {key: _without_lengths(item) for key, item in value.items() if key != "maxLength"}
    return [_without_lengths(item) for item in value] if isinstance(value, list) else value


def _cases(operation: Any, examples: int) -> list[Any]:
    cases: list[Any] = []
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @seed(1)
        @settings(
            max_examples=examples,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
        )
        @given(operation.as_strategy(mode))
        def collect(case: Any) -> None:
            cases.append(case)

        try:
            collect()
        except Unsatisfiable:  # a GET without parameters can't be wrong
            continue
    return cases


def _request(case: Any, named: Mapping[str, Sequence[Any]], chance: random.Random) -> OddRequest:
    parameters = _parameters(case)
    action = case.path.rpartition("/")[2]
    if case.method == "GET":
        query = case.query if isinstance(case.query, dict) else {}
        return OddRequest(action, _query(_with_names(query, parameters, named, chance)), None)
    body = {} if case.body is NOT_SET else case.body
    if isinstance(body, dict):
        body = _with_names(body, parameters, named, chance)
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return OddRequest(action, "", body, {"Content-Type": case.media_type or JSON})


def _parameters(case: Any) -> frozenset[str]:
    paths: Any = description()["paths"][case.path]["post"]["requestBody"]["content"][JSON]["schema"]
    return frozenset(paths.get("properties", {}))


def _with_names(
    values: Mapping[str, Any], parameters: frozenset[str], named: Mapping[str, Sequence[Any]], chance: random.Random
) -> dict[str, Any]:
    chosen = {name: chance.choice(named[name]) for name in sorted(parameters & named.keys()) if chance.random() < 2 / 3}
    return {**values, **chosen}


def _query(values: Mapping[str, Any]) -> str:
    return urlencode([(name, _text(value)) for name, value in values.items()], quote_via=quote, errors="surrogatepass")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class Sender:
    """Sends requests of one caller over one connection that is kept."""

    def __init__(self, url: str, role: str, token: str) -> None:
        self._role = role
        self._token = {"Authorization": token} if token else {}
        self._connection = HTTPConnection(url.removeprefix("http://"), timeout=60)

    def send(self, request: OddRequest) -> OddAnswer:
        """What the server answers."""
        method = "GET" if request.body is None else "POST"
        self._connection.request(method, request.path, request.body, {**request.headers, **self._token})
        answer = self._connection.getresponse()
        return OddAnswer(request, self._role, answer.status, answer.read())

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
