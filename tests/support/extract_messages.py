"""Messages of the pages, as Babel finds them, and what a language has of them.

`python -m tests.support.extract_messages de` prints what German lacks, in the form of a .po file.
"""

import sys

from babel.messages.extract import extract_from_dir

from adapters.web.pages.language import LOCALE, language

WEB = LOCALE.parent
METHODS = [("templates/**.html", "jinja2"), ("pages/**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "text": None}


def messages() -> dict[str, str]:
    """Every message, with its plural (empty: it has none)."""
    found: dict[str, str] = {}
    options = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
    for _file, _line, message, _comments, _context in extract_from_dir(WEB, METHODS, options, keywords=KEYWORDS):
        if isinstance(message, tuple):
            found[message[0]] = message[1]
        else:
            found.setdefault(message, "")
    return found


def missing(code: str) -> dict[str, str]:
    """Those that a language doesn't have."""
    there = language(code).messages
    return {message: plural for message, plural in messages().items() if message not in there}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    for message, plural in missing(sys.argv[1]).items():
        print(f"msgid {_quoted(message)}")
        print(f'msgid_plural {_quoted(plural)}\nmsgstr[0] ""\nmsgstr[1] ""\n' if plural else 'msgstr ""\n')
