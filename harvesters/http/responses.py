"""What a remote answered, and what its clock said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import RemoteError
from harvesters.http.documents import NotJSON, read_json, text_of
from harvesters.http.failures import redact

NOT_MODIFIED = 304
VALIDATORS = {"etag": ("ETag", "If-None-Match"), "last_modified": ("Last-Modified", "If-Modified-Since")}

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Response:
    """What a remote answered; `url` is the one after redirects, without credentials."""

    url: str
    status: int
    headers: Headers  # names in any case
    body: bytes
    withheld: str = ""  # says that a redirect went to another host, which got no credentials

    @property
    def not_modified(self) -> bool:
        """Whether the document is the one that the validators were of; the body is empty then (RFC 9110, section 15.4.5)."""
        return self.status == NOT_MODIFIED

    @property
    def validators(self) -> dict[str, str]:
        """What to ask with next time: `etag` and `last_modified` as they came (RFC 9110, section 8.8)."""
        values = {name: self.headers.get(header, "") for name, (header, _) in VALIDATORS.items()}
        return {name: value for name, value in values.items() if value}

    @property
    def text(self) -> str:
        """The body as text, by the rules of `charset_of`; what can't be read is replaced."""
        return text_of(self.body, self.headers.get("Content-Type", ""))

    def json(self) -> Any:
        """The body read as JSON, by the rules of `read_json`. Raises RemoteError `not_json`."""
        try:
            return read_json(self.body, self.headers.get("Content-Type", ""))
        except NotJSON as error:
            message = f"{redact(self.url)} did not answer JSON {error}{self.withheld}"
            raise RemoteError(message, code="not_json") from error


@dataclass(frozen=True, slots=True)
class RemoteTime:
    """What a remote's clock said (aware UTC), and when: by this process's monotonic clock, in seconds."""

    time: datetime
    noted: float
