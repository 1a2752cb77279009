"""Bodies as remotes send them: how they are uncompressed, in which charset they are read, and what JSON is."""

import gzip
import json
import zlib
from typing import Any

import pytest

from harvesters.http.compression import BadEncoding, TooLarge, uncompressed
from harvesters.http.documents import NotJSON, read_json, text_of

TEXT = json.dumps({"title": "Zürich – 東京", "n": list(range(500))}, ensure_ascii=False).encode()
MAX = 100_000  # bytes


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("none", TEXT),
        ("utf-8", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
        ("gzip", gzip.compress(TEXT) + b"\0" * 100),
        ("gzip", TEXT),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate", TEXT),
        ("br", TEXT),
        ("zstd", TEXT),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT))),
        ("gzip, gzip", gzip.compress(TEXT)),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT))),
        ("gzip,", gzip.compress(TEXT)),
        ("gzip;q=1.0", gzip.compress(TEXT)),
        ('"gzip"', gzip.compress(TEXT)),
        ("deflate", gzip.compress(TEXT)),
        ("gzip, deflate", gzip.compress(TEXT)),  # what the request accepts, repeated
        ("br", gzip.compress(TEXT)),
        ("gzip", zlib.compress(TEXT)),
    ],
)
def test_a_body_is_uncompressed_whatever_its_header_says(header: str, body: bytes) -> None:
    assert uncompressed(body, header, MAX) == TEXT


@pytest.mark.parametrize(
    ("header", "body", "said"),
    [
        ("gzip", gzip.compress(TEXT)[:-20], "ends too early"),
        ("gzip", b"\x1f\x8b" + b"x" * 50, "compression method"),
        ("br", b"\x8b\x02\x80\x00\x01", "compressed with br"),
        ("deflate", b"\x00\xff\xfe\x01\x02", "Error"),
        ("gzip, gzip, gzip, gzip, gzip", TEXT, "compressed 5 times"),
    ],
)
def test_a_body_that_cant_be_uncompressed_says_why(header: str, body: bytes, said: str) -> None:
    with pytest.raises(BadEncoding, match=said):
        uncompressed(body, header, MAX)


@pytest.mark.parametrize("header", ["gzip", "deflate"])
def test_a_bomb_is_cut(header: str) -> None:
    zeros = b"0" * 50_000_000
    body = gzip.compress(zeros) if header == "gzip" else raw_deflate(zeros)

    with pytest.raises(TooLarge):
        uncompressed(body, header, MAX)


def test_the_beginning_of_a_compressed_body_can_be_read() -> None:
    assert TEXT.startswith(uncompressed(gzip.compress(TEXT)[:-20], "gzip", MAX, whole=False))


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("", "utf-16-le"),
        ("", "utf-16-be"),
        ("", "utf-32"),
        ("utf-8", "utf-8"),
        ("UTF8", "utf-8"),
        ('"utf-8"', "utf-8"),
        ("nonsense", "utf-8"),
        ("base64", "utf-8"),
        ("iso-8859-1", "utf-8"),  # added by the server
        ("iso-8859-1", "latin-1"),
        ("latin1", "utf-8-sig"),
        ("windows-1252", "cp1252"),
        ("iso-8859-15", "iso-8859-15"),
        ("utf-16", "utf-16"),
        ("utf-16le", "utf-16-le"),
    ],
)
def test_json_is_read_in_its_charset(charset: str, encoding: str) -> None:
    content_type = f"application/json; charset={charset}" if charset else "application/json"
    body = json.dumps({"title": "Zürich"}, ensure_ascii=False).encode(encoding)

    assert read_json(body, content_type) == {"title": "Zürich"}
    assert "Zürich" in text_of(body, content_type)


@pytest.mark.parametrize(
    ("charset", "text"), [("gbk", "联通"), ("shift_jis", "東京"), ("windows-1251", "Москва"), ("euc-kr", "서울")]
)
def test_a_declared_charset_is_believed(charset: str, text: str) -> None:
    body = json.dumps([text], ensure_ascii=False).encode(charset)

    assert read_json(body, f"application/json;charset={charset}") == [text]


def test_the_latin_1_of_the_web_has_quotes_and_dashes() -> None:
    assert read_json(b'["\x84\xfc\x93", "\x81"]', "application/json; charset=ISO-8859-1") == ["\x84ü\x93", "\x81"]
    assert read_json(b'["\x84\xfc\x93"]', "application/json; charset=ISO-8859-1") == ["„ü“"]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": "one\n\ttwo\x01"}', {"a": "one\n\ttwo\x01"}),
        (b'{"a": NaN, "b": Infinity, "c": -Infinity}', {"a": None, "b": None, "c": None}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\r\n \0{"a": 1}\n\0\0', {"a": 1}),
        (b'{"a": 1}\n<!-- page generated in 0.1 s -->', {"a": 1}),
        (b"[1];", [1]),
        (b'<br />\n<b>Notice</b>: odd in <b>/x.php</b> on line <b>3</b><br />\n{"a": [">"]}\n', {"a": [">"]}),
        (b'"text"', "text"),
        (b'{"a": ' + b"1" * 5000 + b"}", {"a": "1" * 5000}),  # as every whole number beyond 64 bits will be at last
        (b'{"a": "\\ud83d"}', {"a": "\ud83d"}),
    ],
)
def test_json_is_read_leniently(body: bytes, value: Any) -> None:
    assert read_json(body, "application/json") == value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "but: nothing"),
        (b" \n\0", "but: nothing"),
        (b"Bad request", "but: Bad request"),
        (b"<html><body>Sorry, <b>closed</b></body></html>", "but: Sorry, closed (a web page)"),
        (b"<html><title>Sign in</title><input type='password'></html>", "(a web page that asks to sign in)"),
        (b'<html><script>{"a": 1}</script></html>', "(a web page)"),
        (b'<p>{"a": 1} or [1]', "(a web page)"),
        (b"<?xml version='1.0'?><error>No such layer</error>", "but: No such layer (XML)"),
        (b'{"a": 1,\n "b": undefined}', "(line 2, column 7: Expecting value, near: {"),
        (b'{"a": "x', "line 1, column 7: Unterminated string"),
        (b'{"results": [1, 2', "it ends too early"),
        (b'{"a": 1}{"b": 2}', "line 1, column 9: more follows after the end"),
        (b'{"a": 1}, "b"', "more follows"),
        (b"0<p>", "more follows"),
        (b'{"t": "Z\xfcrich"}', "byte 0xfc at position 8 is not utf-8, and declares no other charset, near: {"),
        (b"[" * 200_000, "but: [[[["),
    ],
)
def test_what_is_no_json_is_told_with_place_and_reason(body: bytes, said: str) -> None:
    with pytest.raises(NotJSON) as caught:
        read_json(body, "application/json")

    assert said in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_bomb_of_many_members_is_cut_in_time() -> None:
    member = gzip.compress(b"0" * 10_000_000)

    with pytest.raises(TooLarge):
        uncompressed(member * 20, "gzip", 50_000_000)
