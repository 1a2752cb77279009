"""Rules for single values: each returns the value as it is stored, or raises Odd when it can't be one of its kind."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from domain.errors import TargetError
from harvesters.dataset.dates import stored_time
from harvesters.dataset.languages import by_language, carried, in_one_language, opened
from harvesters.dataset.storable import LARGEST, digits, is_missing, json_text
from harvesters.target import FieldPolicy, Loss

VALID_NAME = re.compile(r"[a-z0-9_-]{2,100}")  # of a dataset
INDEXED = 32_766  # bytes of UTF-8 that Solr takes in a field that it doesn't split into words
SURELY_SHORT = INDEXED // 4  # characters
LONGEST_VERSION = 100  # characters
SHOWN = 80  # characters of an odd value
NO_OBJECTS = frozenset((str, bool, int, float, list))  # the commonest classes of values that aren't by language
POSITION = re.compile("[0-9]+")
MOST_LOSSES = 20  # of one dataset that are named one by one
TRUE, FALSE = frozenset({"true", "yes", "t", "y", "1"}), frozenset({"false", "no", "f", "n", "0", ""})
# A valid e-mail address of the HTML standard (https://html.spec.whatwg.org/#valid-e-mail-address), which CKAN checks against;
# CKAN also wants no dot at either end and no two in a row.
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = re.compile(rf"(?!\.)(?!.*\.\.)[\w.!#$%&'*+/=?^`{{|}}~-]+@{LABEL}(?:\.{LABEL})*", re.ASCII)
MAILTO = "mailto:"
UUID_TEXT = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # as almost all are written

Carries = Callable[[str, str], bool]
"""Whether the target has a place for an object by language: "dataset" or "resource", and the field."""


def nowhere(kind: str, field: str) -> bool:
    """No place for objects by language: a target without a schema for them."""
    return False


class Odd(Exception):
    """A value that can't be stored in its field, and why."""


class Losses:
    """What is left out of one dataset, by the policy of its source."""

    def __init__(self, policy: FieldPolicy, carries: Carries = nowhere) -> None:
        self.policy = policy
        self.carries = carries
        self._losses: list[Loss] = []
        self._more = 0

    def copy(self) -> "Losses":
        """The same, to be added to apart from this."""
        losses = Losses(self.policy, self.carries)
        losses._losses, losses._more = [*self._losses], self._more
        return losses

    def drop(self, field: str, why: object) -> None:
        """Note that (part of) a field is left out. Raises TargetError `validation` where the policy is to fail."""
        if self.policy.on_invalid == "fail":
            raise TargetError(f"{field}: {why}", code="validation", field=field.partition(":")[0])
        if len(self._losses) < MOST_LOSSES:
            self._losses.append(Loss(f"{field}: {why}; left out"))
        else:
            self._more += 1

    def add(self, losses: Iterable[Loss]) -> None:
        """Note what was told already."""
        self._losses.extend(losses)

    def note(self, message: str) -> None:
        """Note what is left out of all datasets of the job that have it."""
        self._losses.append(Loss(message, of_job=True))

    def translated(self, kind: str, pairs: Mapping[str, str]) -> Mapping[str, str]:
        """Of fields by language and those in one language (`pairs`) the ones where the target takes the latter in one only."""
        return {name: core for name, core in pairs.items() if not self.carries(kind, core)}

    def in_one_language(self, value: Mapping[str, str | None], kind: str, field: str) -> str:
        """The text of a value by language that is kept; that others aren't is noted."""
        if len({text for text in value.values() if text and text.strip()}) > 1:
            self._note_languages(kind, field)
        return in_one_language(value, self.policy.languages)

    def _note_languages(self, kind: str, field: str) -> None:
        where = field if kind == "dataset" else f"{field} of resources"
        order = ", ".join((*self.policy.languages, "en", "any"))
        self.note(f"{where}: values by language are kept in one language, the first of {order} (option languages)")

    def all(self) -> tuple[Loss, ...]:
        """What was noted, each once."""
        if self._more:
            self._losses.append(Loss(f"and {self._more} more values of this dataset were left out"))
            self._more = 0
        return tuple(dict.fromkeys(self._losses))


def shown(value: Any) -> str:
    """A value as it is named in a message."""
    if value is None:
        return "null"
    text = value if isinstance(value, str) else json_text(value)
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def as_list(value: Any) -> Any:
    """A list that PHP wrote as an object with the positions as keys, as it does where one is missing; else the value itself."""
    if isinstance(value, dict) and value and all(POSITION.fullmatch(key) for key in value):
        return list(value.values())
    return value


def of_plugin(value: Any, losses: Losses, kind: str, field: str, where: str = "") -> Any:
    """A field that CKAN itself doesn't know: as it is, but an object by language as a plugin takes it."""
    if value.__class__ in NO_OBJECTS or not isinstance(value, Mapping):
        return value
    if not losses.carries(kind, field) or as_list(value) is not value:
        return value
    carried_value, odd = carried({language: as_list(content) for language, content in value.items()})
    for key in odd:
        losses.drop(where or field, f"{shown(key)} is no language with a text")
    return carried_value


def single(value: Any) -> Any:
    """The text of a list of one text; any other value as it is."""
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], str) else value


def text(value: Any, losses: Losses, kind: str, field: str) -> Any:
    """Text of any length. Numbers, truth values and lists become their JSON, which CKAN would do, too; a list of one text is
    that text, an empty list or object none."""
    value = opened(single(value))
    if isinstance(value, str):
        return value
    if by_language(value):
        if losses.carries(kind, field):
            return carried(value)[0]
        return losses.in_one_language(value, kind, field)
    return "" if is_missing(value) else json_text(value)


def indexed(value: Any, losses: Losses, kind: str, field: str) -> Any:
    """Text that a search index takes as one word."""
    result = text(value, losses, kind, field)
    if isinstance(result, str) and len(result) > SURELY_SHORT and len(result.encode()) > INDEXED:
        raise Odd(f"longer than the {INDEXED} bytes that an index takes, {shown(result)}")
    return result


def plain(value: Any, losses: Losses, kind: str, field: str) -> Any:
    """As `indexed`, but lists and objects are odd: CKAN fails on them."""
    value = opened(single(value))
    if isinstance(value, list | tuple) or (isinstance(value, Mapping) and not by_language(value)):
        raise Odd(f"must be text, is {shown(value)}")
    return indexed(value, losses, kind, field)


def word(value: Any, losses: Losses, kind: str, field: str) -> str | None:
    """A word of the program, such as a type, without blanks around it: nothing is made into one."""
    if not isinstance(value, str) or len(value) > LONGEST_VERSION:
        raise Odd(f"must be a short text, is {shown(value)}")
    return value.strip() or None


def version(value: Any, losses: Losses, kind: str, field: str) -> Any:
    """Text of at most 100 characters."""
    result = text(value, losses, kind, field)
    if isinstance(result, str) and len(result) > LONGEST_VERSION:
        raise Odd(f"longer than {LONGEST_VERSION} characters, {shown(result)}")
    return result


def email(value: Any, losses: Losses, kind: str, field: str) -> str:
    """One e-mail address, or none; `mailto:` before it is cut."""
    value = opened(single(value))
    address = text(value, losses, kind, field).strip() if isinstance(value, str) or by_language(value) else ""
    if address[: len(MAILTO)].lower() == MAILTO:
        address = address[len(MAILTO) :].strip()
    if (address and not (EMAIL.fullmatch(address) and not address.endswith("."))) or (value and not address and value != " "):
        raise Odd(f"no e-mail address, {shown(value)}")
    return address


def truth(value: Any, losses: Losses, kind: str, field: str) -> bool:
    """True or false, or a word for it."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int | float) else "?"
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise Odd(f"neither true nor false, {shown(value)}")


def whole(value: Any, losses: Losses, kind: str, field: str) -> Any:
    """A whole number, or one written out; one beyond 64 bits stays text."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -LARGEST <= value < LARGEST else digits(value)
    if isinstance(value, str):
        try:
            return _whole(value.strip())
        except ValueError:
            pass
    raise Odd(f"no whole number, {shown(value)}")


def _whole(written: str) -> int | str | None:
    if not written:
        return None
    if len(written) > 18 and re.fullmatch(r"[+-]?[0-9]+", written):
        return written if len(written) > 19 else int(written)
    return int(written)


def time(value: Any, losses: Losses, kind: str, field: str) -> str | None:
    """A time; see `harvesters.dataset.dates`."""
    if value.__class__ is str and not value.strip():
        return None
    moment = stored_time(value)
    if moment is None:
        raise Odd(f"no date that can be read without guessing, {shown(value)}")
    return moment


def time_or_text(value: Any, losses: Losses, kind: str, field: str) -> Any:
    """A field that no catalogue checks: a time with a zone is brought to UTC, anything else stays."""
    if value.__class__ is str and len(value) > 10 and (moment := stored_time(value)):
        return moment
    return value


def identity(value: Any, losses: Losses, kind: str, field: str) -> str:
    """An id or a name of something here."""
    if not isinstance(value, str):
        raise Odd(f"must be text, is {shown(value)}")
    return value


def is_uuid(value: Any) -> bool:
    """Whether an id is one that CKAN takes for a resource."""
    if not isinstance(value, str):
        return False
    if UUID_TEXT.fullmatch(value):
        return True
    try:
        UUID(value)
    except ValueError:
        return False
    return True
