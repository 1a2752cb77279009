"""What kind of document some bytes are, and whether a browser may show it. Pure decisions.

A remote's own word counts where there is one; a listing's records have none, so the first characters tell.
"""

import re

BEGINNING = 4096  # bytes of a document that are enough to tell what it is
JSON, XML, RDF_XML, TURTLE, HTML = "application/json", "application/xml", "application/rdf+xml", "text/turtle", "text/html"
TEXT, SVG, BINARY = "text/plain", "image/svg+xml", "application/octet-stream"
TOKEN = r"[A-Za-z0-9!#$&^_.+-]{1,100}"
NAME = re.compile(rf"{TOKEN}/{TOKEN}")
"""A media type as of RFC 9110, section 8.3.1 (https://www.rfc-editor.org/rfc/rfc9110#name-media-type), without parameters."""
CHARSET = re.compile(rf"\s*charset\s*=\s*(\"?)({TOKEN})\1\s*", re.IGNORECASE)
BEFORE_ROOT = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE\s+[\w:]+[^>\[]*(?:\[.*?\]\s*)?>\s*)*", re.DOTALL)
ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
HTML_DOCTYPE = re.compile(r"<!DOCTYPE\s+html\b", re.IGNORECASE)
IRI = re.compile(r"<(?:\w[\w+.-]*://|urn:)[^\s<>]*>\s")
ROOTS = {"rdf": RDF_XML, "html": HTML, "svg": SVG}
TURTLE_BEGINS = re.compile(r"\s*(?:#[^\n]*\n\s*)*@?(?:prefix|base)\s", re.IGNORECASE)
SHOWN = {
    *(JSON, XML, RDF_XML, TURTLE, TEXT, "text/csv", "text/xml", "application/atom+xml", "application/ld+json"),
    *("application/geo+json", "application/n-triples", "application/n-quads", "application/trig", "application/vnd.geo+json"),
    *("image/gif", "image/jpeg", "image/png", "image/webp"),
}
"""What a browser may show in its window. All else is offered as a file to save, among it what may hold script: HTML, SVG."""


def media_type(declared: str, beginning: bytes, *, utf8: bool) -> str:
    """The media type of a document, with its charset where that is known.

    `declared` is what the remote called it (a Content-Type, maybe wrong or empty), `beginning` its first `BEGINNING` bytes,
    `utf8` whether all of it is text in UTF-8.
    """
    name, *parameters = declared.split(";")
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        name, parameters = _sniffed(beginning, utf8), []
    charsets = [match[2].lower() for parameter in parameters if (match := CHARSET.fullmatch(parameter))]
    charset = charsets[0] if charsets else "utf-8" if utf8 and _is_text(name) else ""
    return f"{name}; charset={charset}" if charset else name


def may_be_shown(media: str) -> bool:
    """Whether a browser may show a document of this media type; otherwise it is to be saved."""
    return media.partition(";")[0].strip().lower() in SHOWN


def _is_text(name: str) -> bool:
    return name.startswith("text/") or name.endswith(("+xml", "/xml"))


def _sniffed(beginning: bytes, utf8: bool) -> str:
    if not utf8:
        return XML if beginning.lstrip().startswith(b"<?xml") else BINARY
    text = beginning.decode(errors="ignore").lstrip("\ufeff \t\r\n")
    if text[:1] in ("{", "["):
        return JSON
    if text.startswith("<"):
        return _markup(text)
    return TURTLE if TURTLE_BEGINS.match(text) else TEXT


def _markup(text: str) -> str:
    """Of a text that begins with `<`: XML by its root, or N-Triples and the like, whose IRIs stand in angle brackets."""
    if IRI.match(text):
        return TEXT
    if HTML_DOCTYPE.search(text[:200]):
        return HTML
    prologue = BEFORE_ROOT.match(text)
    root = ROOT.match(text, prologue.end() if prologue else 0)
    if root is None:
        return XML if text.startswith(("<?", "<!")) else TEXT
    return ROOTS.get(root[2].lower(), XML)
