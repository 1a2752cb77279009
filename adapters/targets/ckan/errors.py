"""What CKAN and the way to it say when something fails, as TargetErrors with stable codes.

unreachable     no connection                          disconnected   the connection broke
timeout         no answer in time                      bad_answer     no answer of CKAN's API
validation      a field was refused (`field`)          not_authorized the token's user lacks a right
not_found       no such thing, or no such action       redirected     CKAN is at another address
http_<nnn>      any other status of 400 or more
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
import pycurl

from domain.errors import TargetError
from harvesters.http.failures import excerpt, redact
from harvesters.target import Owner

HINTS = {
    "id": "only a sysadmin's token may give datasets their ids",
    "owner_org": "give the source an owner_org that CKAN has, or its configuration remote_orgs, "
    "or let CKAN take datasets without one (ckan.auth.create_unowned_dataset)",
}
LONGEST_RETRY_AFTER = 86_400.0  # seconds
SHOWN_MESSAGES = 5
SHOWN = 300  # characters of one message
INDEX_ERROR = "Search Index Error"
FOR_GOOD = re.compile(r"\(HTTP 4\d\d\)")  # pysolr's words, which no site translates
INDEX_FIELD = re.compile(r"""field[ =]+["']([^"']+)["']""")
NO_CONNECTION = (pycurl.E_COULDNT_CONNECT, pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY)
CODES = {403: "not_authorized", 404: "not_found"}


class Refusal(TargetError):
    """CKAN's own answer that an action was not done; `errors` are its messages by field, as it sent them.

    The messages are in the language of the site: nothing may depend on their words.
    """

    def __init__(self, message: str, status: int, errors: Mapping[str, Any], *, code: str, field: str | None = None) -> None:
        super().__init__(message, code=code, field=field, retryable=status >= 500 or status == 429)
        self.status = status
        self.errors = errors
        self.index_field = ""  # of Solr's document, where it was Solr that refused the package

    def places(self, field: str, inner: str) -> list[int]:
        """Where in a list of the dataset entries were refused for this field of theirs."""
        complaint = self.errors.get(field)
        entries = enumerate(complaint if isinstance(complaint, list) else ())
        return [place for place, entry in entries if isinstance(entry, Mapping) and inner in entry]

    @property
    def mismatch(self) -> bool:
        """Whether package_revise found something else than its `match`."""
        return self.code == "validation" and "match" in self.errors

    @property
    def changed(self) -> bool:
        """Whether package_revise found no such package, or another one than its `match`."""
        return self.status == 404 or self.mismatch

    @property
    def internal(self) -> bool:
        """Whether CKAN failed without a reason, as it does on a conflict in its database."""
        return self.status == 500 and self.errors.get("__type") == "Internal Server Error"


def name_taken(name: str) -> Refusal:
    """What CKAN should have answered."""
    message = f"name: another package has {name}"
    return Refusal(message, 409, {"name": [message]}, code="validation", field="name")


def refusal(action: str, status: int, body: bytes, retry_after: float = 0.0) -> TargetError:
    """The error of an answer that is no success."""
    answer = read_json(body)
    if not isinstance(answer, dict) or not isinstance(answer.get("error"), dict):
        return _foreign(action, status, answer if isinstance(answer, str) else body.decode("utf-8", "replace"), retry_after)
    errors = answer["error"]
    if errors.get("__type") == INDEX_ERROR and FOR_GOOD.search(str(errors.get("message"))):
        return _unindexable(status, str(errors["message"]))
    if "message" in errors or status == 403:
        message = " ".join(str(errors.get("message") or errors.get("__type") or "").split())[:SHOWN]
        error = Refusal(_explained(action, status, message), status, errors, code=CODES.get(status, f"http_{status}"))
    else:
        error = _invalid(status, {name: value for name, value in errors.items() if name != "__type"})
    error.retry_after = min(retry_after, LONGEST_RETRY_AFTER) or None
    return error


def _unindexable(status: int, message: str) -> Refusal:
    """Solr refused the package: it will do so whenever it is asked. CKAN has stored nothing then."""
    match = INDEX_FIELD.search(message)
    name = match[1] if match else ""
    field = dataset_field(name)
    text = f"{field or 'dataset'}: CKAN's search index refuses it{f' (its field {name})' if name else ''}: "
    reason = message.partition("[Reason: ")[2] or message
    error = Refusal(text + " ".join(reason.split())[:SHOWN], status, {}, code="validation", field=field or None)
    error.retryable = False
    error.index_field = name
    return error


def dataset_field(index_field: str) -> str:
    """The field of a dataset that a field of CKAN's index is made of."""
    for start, field in (("res_", "resources"), ("extras_", "extras"), ("vocab_", "tags")):
        if index_field.startswith(start):
            return field
    return index_field.removesuffix("_string")


def _invalid(status: int, errors: Mapping[str, Any]) -> Refusal:
    complaints = list(messages(errors))
    texts = [f"{_where(path)}: {text[:SHOWN]}" for path, text in complaints[:SHOWN_MESSAGES]]
    if len(complaints) > SHOWN_MESSAGES:
        texts.append(f"and {len(complaints) - SHOWN_MESSAGES} more")
    texts += [hint for name, hint in HINTS.items() if name in errors]
    field = _field(complaints[0][0]) if complaints else None
    return Refusal("; ".join(texts) or "no reason was given", status, errors, code="validation", field=field)


def _where(path: tuple[str | int, ...]) -> str:
    """`resources: entry 1, url` for ("resources", 1, "url")."""
    inner = ", ".join(f"entry {part}" if isinstance(part, int) else part for part in path[1:])
    return f"{_field(path) or 'dataset'}" + (f": {inner}" if inner else "")


def _field(path: tuple[str | int, ...]) -> str | None:
    """The dataset's field that a message is about; CKAN has a name of its own for a key that extras have twice."""
    return str(path[0]).removesuffix("_validation") if path else None


def messages(errors: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All messages with the path to what they are about; lists of resources, extras and tags hold dicts of the same form."""
    if isinstance(errors, Mapping):
        for name, value in errors.items():
            yield from messages(value, (*path, str(name)))
    elif isinstance(errors, list):
        for position, value in enumerate(errors):
            yield from messages(value, (*path, position) if isinstance(value, Mapping) else path)
    elif errors:
        yield path, str(errors)


def _explained(action: str, status: int, message: str) -> str:
    if status == 403:
        return f"the user of HARVEST_CKAN_TOKEN may not do {action}; a sysadmin may. CKAN says: {message}"
    return f"CKAN answered {action} with HTTP {status}: {message}"


def _foreign(action: str, status: int, text: str, retry_after: float) -> TargetError:
    """An answer that didn't come from CKAN's action functions: a proxy's page, or CKAN's words on a malformed request."""
    shown = excerpt(text) or "nothing"
    if status < 300:
        return TargetError(f"{action} was answered with no JSON of CKAN but: {shown}", code="bad_answer", retryable=True)
    if status < 400:
        return TargetError(f"{action} was redirected: set HARVEST_CKAN_URL to the address after it", code="redirected")
    return TargetError(
        f"{action} was answered with HTTP {status}: {shown}",
        code=CODES.get(status, f"http_{status}"),
        retryable=status >= 500 or status == 429,
        retry_after=min(retry_after, LONGEST_RETRY_AFTER) or None,
    )


def broken(url: str, action: str, curl: pycurl.Curl, error: pycurl.error, timeout: float) -> TargetError:
    """The error of a call that got no answer."""
    where, code = redact(url), error.args[0]
    late = code == pycurl.E_OPERATION_TIMEDOUT
    if late and curl.getinfo(pycurl.CONNECT_TIME) > 0:
        return TargetError(f"CKAN at {where} did not answer {action} within {timeout:g} s", code="timeout", retryable=True)
    if late or code in NO_CONNECTION:
        return TargetError(f"CKAN does not answer at {where}: {_reason(curl, error)}", code="unreachable", retryable=True)
    return TargetError(f"the connection to CKAN at {where} broke: {_reason(curl, error)}", code="disconnected", retryable=True)


def _reason(curl: pycurl.Curl, error: pycurl.error) -> str:
    """The operating system's words, which say more than libcurl's, where there are any."""
    number = int(curl.getinfo(pycurl.OS_ERRNO))
    return os.strerror(number) if number else str(error)[:SHOWN]


def read_json(body: bytes) -> Any:
    """The body read as JSON, None when it isn't JSON."""
    try:
        return orjson.loads(body)
    except ValueError:
        return None


class OtherType(Exception):
    """A package that is there has another type than the one that is sent, and CKAN never changes that."""

    def __init__(self, dataset_type: str, wanted: str) -> None:
        super().__init__(
            f"type: datasets that are there keep the type {dataset_type}, CKAN makes none of them {wanted};"
            ' to change that, set the source\'s option on_removed to "purge", clear the source and harvest it again'
        )
        self.dataset_type = dataset_type


@contextmanager
def about(package: str, owner: Owner) -> Iterator[None]:
    """Errors inside the block name the dataset and its record."""
    try:
        yield
    except TargetError as error:
        if owner.guid not in str(error):
            error.args = (f"{error} (dataset {package}, record {owner.guid})",)
        raise


def busy(package_id: str) -> TargetError:
    """For another try."""
    return TargetError(f"package {package_id} was changed by others again and again", code="busy", retryable=True)
