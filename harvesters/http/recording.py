"""Keeps what a remote answers in a file, without secrets, and answers from such a file: for bug reports and for tests.

A recording is text of lines of JSON: the first says what it is, each other one is an answer, in the order in which they came.
Bodies are kept uncompressed, as text where they are UTF-8. Left out or masked are: headers of requests, cookies, secrets in
addresses and below secret names in JSON and XML, and the credentials of a request and of the source's configuration wherever an
answer repeats them (`harvesters.http.masking`).
"""

import base64
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import IO, Any
from urllib.parse import urljoin

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from domain.errors import RemoteError, SettingError
from domain.nearest import did_you_mean
from domain.secrets import MASK, is_secret_name, mask_url, mask_value
from harvesters.http.compression import BadEncoding, TooLarge, uncompressed
from harvesters.http.credentials import separated
from harvesters.http.failures import excerpt, redact
from harvesters.http.masking import Masking

KIND = "harvestlog_recording"
LEFT_OUT = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive", "set-cookie"})
MAX_BODY = 200_000_000  # bytes of one answer, uncompressed
CHUNK = 65_536  # bytes read at a time


@dataclass(frozen=True, slots=True)
class Answer:
    """What a remote answered to a request; `failure` says why there was no answer. Bytes that aren't text are in `base64`."""

    url: str
    method: str = "GET"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    base64: str | None = None
    failure: str = ""

    @property
    def body(self) -> bytes:
        """The bytes of the answer."""
        return base64.b64decode(self.base64) if self.base64 is not None else (self.text or "").encode()


class Recorder:
    """Writes the answers of all sessions that go through it. A file that is there already is not written over."""

    def __init__(self, file: IO[str], secrets: Iterable[str] = ()) -> None:
        self._file = file
        self._secrets = tuple(secrets)
        self._lock = Lock()

    def masking(self, url: str, headers: Mapping[str, str]) -> Masking:
        """What hides the secrets of a request, and those of the source."""
        return Masking(url, headers, self._secrets)

    def through(self, adapter: BaseAdapter) -> BaseAdapter:
        """A transport of `requests` that keeps what another one gets."""
        return _Recording(adapter, self)

    def keep(self, answer: Answer) -> None:
        """Write an answer; threads may do so at the same time."""
        values = {name: value for name, value in asdict(answer).items() if value not in (None, "", {})}
        with self._lock:
            self._file.write(json.dumps(values, ensure_ascii=False) + "\n")
            self._file.flush()


@contextmanager
def recorder(path: Path, about: Mapping[str, Any], secrets: Iterable[str] = ()) -> Iterator[Recorder]:
    """A recorder into a new file, which only its owner may read. Raises SettingError when the file can't be made.

    `secrets`: values of the source's configuration that are hidden wherever an answer repeats them.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise SettingError(f"{path} is there already: name a file that is not, or remove it") from error
    except OSError as error:
        raise SettingError(f"{path} can't be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        secrets = tuple(secrets)
        about_it = json.dumps({KIND: 1, **mask_value(dict(about))}, ensure_ascii=False)
        file.write(Masking("", {}, secrets).text(about_it) + "\n")
        yield Recorder(file, secrets)


class Replay:
    """Answers requests as they were answered before: the first with the first answer of its address, and so on.

    When there is no further one, the last is given again. A request that was never answered is RemoteError `not_recorded`.
    """

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        self._next: dict[tuple[str, str], int] = {}
        self._lock = Lock()
        for answer in answers:
            self._answers.setdefault((answer.method, _address(answer.url)), []).append(answer)

    @classmethod
    def read(cls, path: Path) -> "Replay":
        """A recording from a file. Raises SettingError that names the line that isn't one."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeError) as error:
            raise SettingError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from error
        if not lines or KIND not in lines[0]:
            raise SettingError(f"{path} is no recording of `run-test --record`")
        return cls(_answer(path, number, line) for number, line in enumerate(lines[1:], 2))

    def through(self, _adapter: BaseAdapter | None = None) -> BaseAdapter:
        """A transport of `requests` that connects to nothing."""
        return _Replaying(self)

    def answer(self, method: str, url: str) -> Answer:
        """The next answer of an address. Raises RemoteError."""
        key = (method, _address(url))
        with self._lock:
            answers = self._answers.get(key) or self._masked(key)
            if answers is None:
                recorded = [address for _, address in self._answers]
                message = f"{redact(url)} is not in the recording{did_you_mean(key[1], recorded)}"
                raise RemoteError(message, code="not_recorded")
            position = self._next.get(key, 0)
            self._next[key] = min(position + 1, len(answers) - 1)
            return answers[position]

    def _masked(self, key: tuple[str, str]) -> list[Answer] | None:
        method, address = key
        fitting = (other for other in self._answers if other[0] == method and _fits(other[1], address))
        return next((self._answers[other] for other in fitting), None)


def _answer(path: Path, number: int, line: str) -> Answer:
    try:
        answer = Answer(**json.loads(line))
        _check(answer)
    except (TypeError, ValueError, RecursionError) as error:
        hint = "the file is cut off or was changed: record it again"
        raise SettingError(f"{path}, line {number} is no answer of a recording ({error}): {hint}") from error
    return answer


def _check(answer: Answer) -> None:
    """Raises ValueError that names a value of the wrong kind, or bytes that can't be read."""
    kinds: Mapping[str, tuple[object, type]] = {
        **{name: (getattr(answer, name), str) for name in ("url", "method", "failure")},
        **{name: (getattr(answer, name) or "", str) for name in ("text", "base64")},
        "status": (answer.status, int),
        "headers": (answer.headers, dict),
    }
    for name, (value, kind) in kinds.items():
        if not isinstance(value, kind):
            raise ValueError(f"{name} is {value!r:.50}")
    if not all(isinstance(value, str) for value in answer.headers.values()):
        raise ValueError("the value of a header is no text")
    base64.b64decode(answer.base64 or "", validate=True)


def _address(url: str) -> str:
    """An address as it is compared: without credentials, and with its secrets masked."""
    return mask_url(separated(url, {})[0])


def _fits(recorded: str, address: str) -> bool:
    """Whether an address is one that was recorded with its secrets masked."""
    parts = recorded.split(MASK)
    return len(parts) > 1 and re.fullmatch("[^/&]*".join(map(re.escape, parts)), address) is not None


class _Recording(BaseAdapter):
    def __init__(self, inner: BaseAdapter, recorder: Recorder) -> None:
        super().__init__()
        self._inner, self._recorder = inner, recorder

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask by the other transport, and keep the answer."""
        masking = self._recorder.masking(request.url or "", request.headers)
        base = Answer(masking.url(_address(request.url or "")), request.method or "GET")
        try:
            response = self._inner.send(request, *args, **kwargs)
            body = _read(response)
        except (requests.RequestException, HTTPError, OSError) as error:
            failure = excerpt(masking.header(f"{type(error).__name__}: {error}"))
            self._recorder.keep(Answer(base.url, base.method, status=0, failure=failure))
            raise
        self._recorder.keep(_cleaned(base, response, body, masking))
        response.raw = HTTPResponse(BytesIO(body), headers=response.headers, status=response.status_code, preload_content=False)
        return response

    def close(self) -> None:
        """Close the other transport."""
        self._inner.close()


class _Replaying(BaseAdapter):
    def __init__(self, replay: Replay) -> None:
        super().__init__()
        self._replay = replay

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """The recorded answer. Raises RemoteError `not_recorded`, or ConnectionError where there was none."""
        answer = self._replay.answer(request.method or "GET", request.url or "")
        if answer.failure:
            raise requests.ConnectionError(OSError(0, answer.failure))
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, request.url or "", request
        response.headers.update(answer.headers)
        response.raw = HTTPResponse(BytesIO(answer.body), headers=answer.headers, status=answer.status, preload_content=False)
        return response

    def close(self) -> None:
        """There is nothing to close."""


def _read(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.raw.stream(CHUNK, decode_content=False):
        body += chunk
        if len(body) > MAX_BODY:
            break
    return bytes(body)


def _cleaned(base: Answer, response: requests.Response, body: bytes, masking: Masking) -> Answer:
    """The answer without secrets."""
    headers = {
        name: masking.url(urljoin(base.url, value)) if name.lower() == "location" else masking.header(value)
        for name, value in response.headers.items()
        if name.lower() not in LEFT_OUT and not is_secret_name(name)
    }
    try:
        plain = uncompressed(body, response.headers.get("Content-Encoding", ""), MAX_BODY)
    except (BadEncoding, TooLarge):
        plain = body
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        encoded = base64.b64encode(masking.body(plain)).decode()
        return Answer(base.url, base.method, response.status_code, headers, base64=encoded)
    return Answer(base.url, base.method, response.status_code, headers, text=masking.text(text))


Through = Callable[[BaseAdapter], BaseAdapter]
