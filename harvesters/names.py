"""Names and tags in the form that CKAN accepts."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from harvesters.dataset.values import VALID_NAME

LONGEST_MADE_NAME = 95  # leaves room for a number that makes it unique
LONGEST_TAG = 100
YEAR = re.compile(r"[_-]((?:\d{2,4}-)?\d{2,4})$")
SPECIAL = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "ø": "o",
        "Ø": "O",
        "œ": "oe",
        "Œ": "OE",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "þ": "th",
        "Þ": "Th",
        "ð": "d",
        "Ð": "D",
    }
)


def dataset_name(package: dict[str, Any], guid: str) -> str:
    """The dataset's own name where CKAN allows it, else one made from name, title or guid."""
    name = package.get("name")
    if isinstance(name, str) and VALID_NAME.fullmatch(name):
        return name
    candidates = (munge_name(text) for text in (name, package.get("title"), guid) if isinstance(text, str))
    return next((name for name in candidates if name), "dataset")


def munge_name(text: str) -> str:
    """A name of 2 to 95 characters made from any text; empty when no letter or digit of it is left."""
    name = re.sub(r"[ .:/]", "-", ascii_letters(text))
    name = re.sub(r"[^a-z0-9_-]", "", name.lower())
    name = _shortened(re.sub(r"-+", "-", name).strip("-"))
    return name.ljust(2, "_") if re.search(r"[a-z0-9]", name) else ""


munge_title_to_name = munge_name
"""As plugins for ckanext-harvest call it."""


def munge_tag(text: str) -> str:
    """A tag of 2 to 100 characters out of `a-z0-9-`; empty when nothing of it is left."""
    tag = re.sub(r"[^a-z0-9 -]", "", ascii_letters(text).lower().strip()).replace(" ", "-")[:LONGEST_TAG]
    return tag.ljust(2, "_") if tag else ""


def clean_tags(tags: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tags with munged names, in their order, each name once."""
    cleaned: dict[str, dict[str, Any]] = {}
    odd = [tag for tag in tags if not isinstance(tag.get("name") or "", str)]  # the target says what is wrong with them
    for tag in tags:
        name = munge_tag(tag.get("name") or "") if tag not in odd else ""
        if name:
            cleaned.setdefault(name, {**tag, "name": name})
    return [*cleaned.values(), *odd]


def nothing_left(name: Any) -> bool:
    """Whether munging leaves nothing of a tag that says something, as of one in another script."""
    return isinstance(name, str) and bool(name.strip()) and not munge_tag(name)


def ascii_letters(text: str) -> str:
    """Latin letters without their accents; other scripts are left out."""
    return unicodedata.normalize("NFKD", text.translate(SPECIAL)).encode("ascii", "ignore").decode()


def _shortened(name: str) -> str:
    """At most 95 characters; what looks like a year at the end (2011, 2011-12, 98) stays, since it often is all that tells two
    datasets apart."""
    if len(name) <= LONGEST_MADE_NAME:
        return name
    year = YEAR.search(name)
    end = f"-{year[1]}" if year else ""
    return name[: LONGEST_MADE_NAME - len(end)].rstrip("-") + end
