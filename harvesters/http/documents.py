"""Reading a body as text and as JSON: as leniently as possible without guessing what was meant.

Charset (`charset_of`): that of a byte order mark; else the declared one; else UTF-8, which JSON has to be (RFC 8259). A Latin-1
that servers declare by themselves doesn't count where the body is UTF-8.

JSON (`read_json`): besides valid JSON these are read: control characters in strings (as they are), NaN and Infinity (as null,
as JavaScript writes them), a key twice (the last one counts), NUL bytes or markup after the end, and markup before it (notices
of the remote's software). Whatever else is wrong is an error that says where and why: nothing is left out, added or corrected.
"""

import codecs
import json
import re
from contextlib import suppress
from typing import Any

from pydantic_core import from_json

from harvesters.http.failures import excerpt

CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
ADDED_BY_SERVERS = frozenset({"ascii", "iso8859-1", "cp1252"})
"""Charsets that servers declare for whatever they send; a text in one of them practically never is valid UTF-8."""
NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"})
"""What Python can decode and is no charset of the web."""
MARKS = (  # those of UTF-32 begin as those of UTF-16 do
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
AROUND = 40  # characters shown before and after what is wrong
SIGN_IN = re.compile(r"type\s*=\s*[\"']?password|<title[^>]*>[^<]*(sign.?in|log.?in|anmeld|connexion|acceder)", re.IGNORECASE)
AFTER_THE_END = re.compile(r"[\s\0;]*(<.*)?", re.DOTALL)
BEHIND_MARKUP = re.compile(r">\s*[{\[]")
LONGEST_NUMBER = 4000  # digits; Python reads no whole number of more than 4,300, so one like that is text
DECODER = json.JSONDecoder(
    strict=False,
    parse_constant=lambda name: None,
    parse_int=lambda digits: digits if len(digits) > LONGEST_NUMBER else int(digits),
)


class NotJSON(ValueError):
    """The text says what was wrong, or what came in place of JSON."""


def charset_of(body: bytes, content_type: str) -> str:
    """The charset of a body; the rules are above."""
    for mark, name in MARKS:
        if body.startswith(mark):
            return name
    declared = _declared(content_type)
    if not declared:
        return _without_mark(body)
    if declared in ADDED_BY_SERVERS and _is_utf8(body):
        return "utf-8"
    return "cp1252" if declared == "iso8859-1" else declared  # so does https://encoding.spec.whatwg.org


def text_of(body: bytes, content_type: str) -> str:
    """The body as text; what can't be read is replaced."""
    return body.decode(charset_of(body, content_type), "replace")


def read_json(body: bytes, content_type: str) -> Any:
    """The JSON of a body. Raises NotJSON."""
    text = _decoded(body, content_type)
    start = len(text) - len(text.lstrip(" \t\r\n\0\ufeff"))
    if text[start : start + 1] in ("", "<"):
        return _behind_markup(text)
    with suppress(ValueError):  # twice as fast, and refuses whatever isn't plain JSON
        return from_json(text[start:] if start else text, allow_inf_nan=False, cache_strings="keys")
    try:
        value, end = DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise NotJSON(_fault(text, error.pos, error.msg, start)) from error
    except RecursionError:
        raise NotJSON(f"but: {excerpt(text)} (nested too deeply)") from None
    if not AFTER_THE_END.fullmatch(text, end) or (text[end:].strip() and not isinstance(value, dict | list)):
        raise NotJSON(_fault(text, end, "more follows after the end", start))
    return value


def _behind_markup(text: str) -> Any:
    """The JSON that follows markup up to the end of the text: in a web page more markup follows. Raises NotJSON."""
    try:
        if begins := BEHIND_MARKUP.search(text):
            value, end = DECODER.raw_decode(text, begins.end() - 1)
            if not text[end:].strip(" \t\r\n\0"):
                return value
    except (ValueError, RecursionError):
        pass
    raise NotJSON(f"but: {_instead(text)}")


def _declared(content_type: str) -> str:
    """Python's name of the declared charset, empty when there is none that is known."""
    match = CHARSET.search(content_type)
    try:
        name = codecs.lookup(match[1]).name if match else ""
        "".encode(name or "utf-8")  # LookupError for codecs that are not of text
    except LookupError:
        return ""
    return "" if name in NO_CHARSETS or name == "utf-8" else name


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(body: bytes) -> str:
    """UTF-8, or the wider form whose NUL bytes JSON shows without a mark (RFC 4627, section 3)."""
    return json.detect_encoding(body[:4]) if body[:1] in b'\0[{"' and b"\0" in body[:4] else "utf-8"


def _decoded(body: bytes, content_type: str) -> str:
    charset = charset_of(body, content_type)
    try:
        return body.decode(charset)
    except UnicodeDecodeError as error:
        if charset == "cp1252" and _declared(content_type) == "iso8859-1":
            return body.decode("latin-1")
        near = excerpt(body[max(0, error.start - AROUND) : error.start + AROUND].decode(charset, "replace"))
        declared = "as it declares" if _declared(content_type) else "and declares no other charset"
        message = f"but: byte 0x{body[error.start]:02x} at position {error.start} is not {charset}, {declared}, near: {near}"
        raise NotJSON(message) from error


def _instead(text: str) -> str:
    """What came in place of JSON."""
    words = excerpt(text)
    head = text[:20_000].lstrip().lower()
    if not text.strip(" \t\r\n\0\ufeff"):
        return "nothing"
    if SIGN_IN.search(text[:100_000]):
        return f"{words} (a web page that asks to sign in)"
    kind = "XML" if head.startswith("<?xml") and "<html" not in head else "a web page"
    return f"{words or 'no words'} ({kind})"


def _fault(text: str, position: int, message: str, start: int) -> str:
    """Where something is wrong; or the first words, if even those aren't JSON."""
    if position == start:
        return f"but: {_instead(text)}" if SIGN_IN.search(text[:100_000]) else f"but: {excerpt(text) or 'nothing'}"
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    if not text[position:].strip():
        message = "it ends too early"
    near = " ".join(text[max(0, position - AROUND) : position + AROUND].split())
    return f"but: {excerpt(text)} (line {line}, column {column}: {message}, near: {near})"
