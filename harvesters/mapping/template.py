"""Texts with placeholders, `{title} of {organization.title|harvest_source_title}`: names of fields, and nothing that runs.

`{a|b}` is the first of the two that says something; `{{` and `}}` are braces. A placeholder for nothing is an empty text.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harvesters.dataset.languages import by_language, in_one_language, opened
from harvesters.dataset.storable import is_missing, json_text

TOKEN = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|[{}])")
LONGEST = 10_000  # characters of a template
LONGEST_NAME = 200  # characters
JOINT = ", "


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read: texts, and tuples of the names of which the first with a value is filled in."""

    parts: Sequence[str | tuple[str, ...]]

    @classmethod
    def read(cls, text: str) -> "Template":
        """Raises ValueError that says what is wrong with it."""
        if len(text) > LONGEST:
            raise ValueError(f"text is longer than {LONGEST:,} characters")
        return cls(tuple(_part(token) for token in TOKEN.split(text) if token))

    def fill(self, look: Callable[[str], Any], languages: Sequence[str], room: int) -> str:
        """The text with what `look` gives for names, at most so many characters. Raises ValueError when it is longer.

        Lists are filled in with commas; of a text by language the one in the first of the languages is.
        """
        texts: list[str] = []
        for part in self.parts:
            text = part if isinstance(part, str) else _first(part, look, languages)
            room -= len(text)
            if room < 0:
                raise ValueError("too long")
            texts.append(text)
        return "".join(texts)


def _part(token: str) -> str | tuple[str, ...]:
    if token in ("{{", "}}"):
        return token[0]
    if token in ("{", "}"):
        raise ValueError(f"text has a single {token}: write {token * 2} for the sign itself")
    if not token.startswith("{"):
        return token
    names = tuple(name.strip() for name in token[1:-1].split("|"))
    for name in names:
        if not name or len(name) > LONGEST_NAME:
            raise ValueError(f"text has a placeholder without the name of a field: {token[:LONGEST_NAME]}")
    return names


def _first(names: tuple[str, ...], look: Callable[[str], Any], languages: Sequence[str]) -> str:
    values = (look(name) for name in names)
    texts = (as_text(value, languages) for value in values if not is_missing(value))
    return next((text for text in texts if text.strip()), "")


def as_text(value: Any, languages: Sequence[str]) -> str:
    """A value as it stands in a text."""
    value = opened(value)
    if isinstance(value, str):
        return value
    if by_language(value):
        return in_one_language(value, languages)
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):  # a tag, a group
        return str(value["name"])
    if isinstance(value, list | tuple):
        return JOINT.join(as_text(item, languages) for item in value)
    return json_text(value)
