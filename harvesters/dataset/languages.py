"""Values that are objects by language, {"de": "Bäume", "en": "Trees"}, as ckanext-fluent and DCAT-AP portals have them.

Where the target has no place for such an object, the text in one language is kept. Which one, in this order: the first of the
source's option `languages` that has a text, English, the first that has a text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

LANGUAGE = re.compile(r"[A-Za-z]{2}(?:[-_][A-Za-z0-9]{2,8})*")  # BCP 47, with the two-letter codes of ISO 639-1
FALLBACK = "en"


def by_language(value: Any) -> bool:
    """Whether a value is an object of texts by language."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(key, str) and LANGUAGE.fullmatch(key) for key in value)
        and all(text is None or isinstance(text, str) for text in value.values())
    )


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
