"""Languages of the pages: texts from `locale/<language>/*.po`, read when the server starts.

English is what the templates say. A further language is a folder with .po files and its rule of plurals here; a message that a
file doesn't have is shown in English. https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
ENGLISH = "en"
NAMES = {ENGLISH: "English", "de": "Deutsch"}
"""The languages there are, each by its own name."""
PLURALS: Mapping[str, Callable[[int], int]] = {ENGLISH: lambda n: int(n != 1), "de": lambda n: int(n != 1)}
"""Which form of a message a number takes."""
THOUSANDS = {ENGLISH: ",", "de": "."}
DOMAIN = "domain.po"
"""The messages of actions and of declared options."""
VALUE = re.compile(r"%\((\w+)\)s")
DECIMAL = {ENGLISH: ".", "de": ","}


@dataclass(frozen=True)
class Language:
    """Texts in one language. `messages`: forms by the English message. `patterns`: those of actions that hold values."""

    code: str
    messages: Mapping[str, tuple[str, ...]]
    patterns: Sequence[tuple[re.Pattern[str], str]] = ()

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return self.messages.get(message, (message,))[0] or message

    def said(self, text: str) -> str:
        """What an action or a declared option says, in this language: by its whole text, or as a message with values in it."""
        if text in self.messages:
            return self.gettext(text)
        for pattern, translated in self.patterns:
            if match := pattern.fullmatch(text):
                return translated % match.groupdict()
        return text

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The message for that many."""
        forms = self.messages.get(singular)
        place = PLURALS[self.code](number)
        if forms is None or place >= len(forms) or not forms[place]:
            return singular if number == 1 else plural
        return forms[place]


@cache
def language(code: str) -> Language:
    """The language with this code, one of NAMES."""
    messages: dict[str, tuple[str, ...]] = {}
    for path in sorted((LOCALE / code).glob("*.po")) if code != ENGLISH else ():
        messages.update(read_po(path.read_text(encoding="utf-8")))
    domain = LOCALE / code / DOMAIN
    of_actions = read_po(domain.read_text(encoding="utf-8")) if code != ENGLISH and domain.exists() else {}
    return Language(code, messages, [(_pattern(text), forms[0]) for text, forms in of_actions.items() if VALUE.search(text)])


def _pattern(message: str) -> re.Pattern[str]:
    """What matches a message with any values in it."""
    parts = VALUE.split(message.replace("%%", "%"))
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)), re.DOTALL
    )


def chosen(wanted: str, accepted: str) -> str:
    """The code of the language that a person chose, or that the browser asks for in `Accept-Language`."""
    if wanted in NAMES:
        return wanted
    weighted = []
    for place, part in enumerate(accepted.split(",")[:20]):
        code, _, weight = part.strip().partition(";q=")
        weighted.append((-_weight(weight), place, code.strip().lower().partition("-")[0]))
    return next((code for weight, _, code in sorted(weighted) if code in NAMES and weight < 0), ENGLISH)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def read_po(text: str) -> dict[str, tuple[str, ...]]:
    """Translations by message; those that are empty or marked fuzzy are left out."""
    messages = {}
    for block in text.split("\n\n"):
        entry = dict(_fields(block))
        forms = tuple(value for key, value in entry.items() if key.startswith("msgstr"))
        if entry.get("msgid") and any(forms) and "\n#, fuzzy" not in f"\n{block}":
            messages[entry["msgid"]] = forms
    return messages


def _fields(block: str) -> Iterator[tuple[str, str]]:
    key, value = "", ""
    for line in block.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith('"'):
            if key:
                yield key, value
            key, _, line = line.partition(" ")
            value = ""
        value += ast.literal_eval(line.strip())
    if key:
        yield key, value
