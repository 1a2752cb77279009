"""Values that are objects by language, {"de": "Bäume", "en": "Trees"}, as ckanext-fluent and DCAT-AP portals have them.

Where the target has no place for such an object, the text in one language is kept. Which one, in this order: the first of the
source's option `languages` that has a text, English, the first that has a text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

LANGUAGE = re.compile(r"[A-Za-z]{2}(?:[-_][A-Za-z0-9]{2,8})*")  # BCP 47, with the two-letter codes of ISO 639-1
CARRIED = re.compile(r"[a-z]{2,8}(?:-[0-9A-Za-z]{1,8})*")  # what ckanext-fluent takes as a language
FALLBACK = "en"


def by_language(value: Any) -> bool:
    """Whether a value is an object of texts by language."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(key, str) and LANGUAGE.fullmatch(key) for key in value)
        and all(text is None or isinstance(text, str) for text in value.values())
    )


def carried(value: Mapping[Any, Any]) -> tuple[dict[str, Any], list[str]]:
    """What ckanext-fluent takes of an object by language, and the keys of what it doesn't take.

    Texts, or lists of texts (tags); numbers become texts, an empty one says nothing. `en_GB` becomes `en-GB`.
    """
    texts: dict[str, Any] = {}
    odd = []
    for key, entry in value.items():
        language = str(key).strip().replace("_", "-")
        main, dash, rest = language.partition("-")
        language = main.lower() + dash + rest
        if entry is None:
            continue
        text = [_tag(item) for item in entry if item is not None] if isinstance(entry, list | tuple) else _text(entry)
        if not CARRIED.fullmatch(language) or text is None or (isinstance(text, list) and None in text):
            odd.append(str(key))
        else:
            texts[language] = text
    return texts, odd


def _tag(value: Any) -> str | None:
    """A text of a list; a tag as an object is its name."""
    return _text(value.get("name") if isinstance(value, Mapping) else value)


def _text(value: Any) -> str | None:
    """A text or a number as text, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value)


def in_one_language(value: Mapping[str, str | None], preferred: Sequence[str]) -> str:
    """The text in one language; empty when there is none in any."""
    texts = {key.replace("_", "-").lower(): text for key, text in value.items() if text and text.strip()}
    for language in (*preferred, FALLBACK):
        wanted = language.replace("_", "-").lower()
        if wanted in texts:
            return texts[wanted]
        main = next((text for key, text in texts.items() if key.partition("-")[0] == wanted.partition("-")[0]), None)
        if main is not None:
            return main
    return next(iter(texts.values()), "")
