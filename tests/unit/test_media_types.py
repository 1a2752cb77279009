"""What kind of document some bytes are, and whether a browser may show it."""

import pytest

from domain.media_types import may_be_shown, media_type

RDF = b'<?xml version="1.0"?>\n<!-- a catalogue -->\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'


@pytest.mark.parametrize(
    ("beginning", "media"),
    [
        (b' {"id": 1}', "application/json"),
        (b"\xef\xbb\xbf[1, 2]", "application/json"),
        (RDF, "application/rdf+xml; charset=utf-8"),
        (b"<gmd:MD_Metadata>", "application/xml; charset=utf-8"),
        (b"<rdf:RDF>\n", "application/rdf+xml; charset=utf-8"),
        (b"<!DOCTYPE html>\n<p>hello", "text/html; charset=utf-8"),
        (b"<HTML><script>", "text/html; charset=utf-8"),
        (b'<?xml version="1.0"?><svg onload="x()">', "image/svg+xml; charset=utf-8"),
        (b"# a comment\n@prefix dcat: <http://www.w3.org/ns/dcat#> .", "text/turtle; charset=utf-8"),
        (b"PREFIX dcat: <http://www.w3.org/ns/dcat#>", "text/turtle; charset=utf-8"),
        (b'<http://a.example/1> <http://b.example/p> "x" .', "text/plain; charset=utf-8"),
        (b"title;year\nTrees;2020", "text/plain; charset=utf-8"),
        (b"", "text/plain; charset=utf-8"),
        ("half of a character: ö".encode()[:-1], "text/plain; charset=utf-8"),
    ],
)
def test_a_document_tells_what_it_is(beginning: bytes, media: str) -> None:
    assert media_type("", beginning, utf8=True) == media


def test_bytes_that_are_no_text_are_binary_or_xml_of_another_charset() -> None:
    assert media_type("", b"\x89PNG\r\n", utf8=False) == "application/octet-stream"
    assert media_type("", b'<?xml version="1.0" encoding="latin-1"?><a>\xe4</a>', utf8=False) == "application/xml"


@pytest.mark.parametrize(
    ("declared", "media"),
    [
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("Text/XML;charset=ISO-8859-1", "text/xml; charset=iso-8859-1"),
        ('application/ld+json; profile="x"; charset="utf-8"', "application/ld+json; charset=utf-8"),
        ("application/rdf+xml", "application/rdf+xml; charset=utf-8"),
    ],
)
def test_what_the_remote_declared_counts(declared: str, media: str) -> None:
    assert media_type(declared, b'{"no": "json"}', utf8=True) == media


@pytest.mark.parametrize(
    "declared", ["", "nonsense", "text/html\r\nX-Evil: 1", "a/b/c", "text/", "tëxt/plain", "a" * 300 + "/b"]
)
def test_a_declared_type_that_is_none_is_passed_over(declared: str) -> None:
    assert media_type(declared, b"{}", utf8=True) == "application/json"


def test_a_declared_charset_that_is_none_is_passed_over() -> None:
    assert media_type('text/csv; charset="a b"', b"a", utf8=True) == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    "media", ["application/json", "application/xml; charset=utf-8", "text/plain", "text/turtle", "image/png"]
)
def test_a_browser_may_show_what_holds_no_script(media: str) -> None:
    assert may_be_shown(media)


@pytest.mark.parametrize(
    "media",
    ["text/html; charset=utf-8", "application/xhtml+xml", "image/svg+xml", "text/javascript", "application/pdf", "x/unknown"],
)
def test_what_may_hold_script_is_to_be_saved(media: str) -> None:
    assert not may_be_shown(media)
