"""Content-Encoding as remotes really use it: what the body is decides, where the header is wrong.

The header says which codings were applied (RFC 9110, section 8.4.1), but many proxies and scripts send it with a body that is
not compressed, or write something there that isn't a coding, such as `utf-8` or `none`. Each coding can be told from plain
text.
"""

import re
import zlib
from typing import Any

GZIP = b"\x1f\x8b"
ASKED_FOR = "gzip, deflate"
FOREIGN = frozenset({"br", "zstd", "compress", "x-compress", "exi", "pack200-gzip", "dcb", "dcz"})
"""Codings that exist (https://www.iana.org/assignments/http-parameters), and that we don't ask for and can't undo."""
CODINGS = FOREIGN | {"gzip", "x-gzip", "deflate"}
NOT_IN_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
MAX_CODINGS = 4
PIECE = 65_536  # bytes


class BadEncoding(Exception):
    """The body can't be uncompressed; the text says why."""


class TooLarge(Exception):
    """The body becomes larger than was allowed."""


def codings_of(header: str) -> list[str]:
    """The codings that a header names; some servers put a q-value or quotes there."""
    names = (part.partition(";")[0].strip(" \t'\"").lower() for part in header.split(","))
    return [name for name in names if name]


def uncompressed(body: bytes, header: str, max_bytes: int, *, whole: bool = True) -> bytes:
    """The body without its codings. Raises BadEncoding, or TooLarge for more than `max_bytes`.

    `whole=False`: the body was cut on purpose, so an end in the middle is no error.
    """
    codings = codings_of(header)
    if len(codings) > MAX_CODINGS:
        raise BadEncoding(f"compressed {len(codings)} times")
    for coding in reversed(codings):
        body = _undone(coding, body, max_bytes, whole)
    return body


def _undone(coding: str, body: bytes, max_bytes: int, whole: bool) -> bytes:
    if coding in CODINGS and body.startswith(GZIP):  # whichever is named: no other coding begins like that
        return _inflated(body, 31, max_bytes, whole)
    if coding == "deflate" or (coding in ("gzip", "x-gzip") and _is_zlib(body) and not _is_text(body)):
        return _undeflated(body, max_bytes, whole)
    if coding in FOREIGN and not _is_text(body):
        raise BadEncoding(f"compressed with {coding}, which was not asked for")
    return body


def _undeflated(body: bytes, max_bytes: int, whole: bool) -> bytes:
    """`deflate` means zlib's format, but many servers send the bare stream in it, or plain text."""
    if _is_zlib(body):
        return _inflated(body, 15, max_bytes, whole)
    return body if _is_text(body) else _inflated(body, -15, max_bytes, whole)


def _is_zlib(body: bytes) -> bool:
    """Whether it begins as RFC 1950 says."""
    return len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0


def _inflated(body: bytes, wbits: int, max_bytes: int, whole: bool) -> bytes:
    """All members of the stream; anything after them is padding."""
    result = bytearray()
    while body:
        inflater = zlib.decompressobj(wbits)
        try:
            body = _inflate_member(inflater, body, result, max_bytes)
        except zlib.error as error:
            raise BadEncoding(str(error)) from error
        if not inflater.eof and whole:
            raise BadEncoding("the compressed data ends too early")
    return bytes(result)


def _inflate_member(inflater: Any, body: bytes, result: bytearray, max_bytes: int) -> bytes:
    """Add what one member holds; the further members. Raises TooLarge, with nothing kept in memory."""
    view = memoryview(body)
    for start in range(0, len(body), PIECE):
        piece: bytes | memoryview = view[start : start + PIECE]
        while piece and not inflater.eof:
            result += inflater.decompress(piece, PIECE)
            piece = inflater.unconsumed_tail
            if len(result) > max_bytes:
                result.clear()
                raise TooLarge
        if inflater.eof:
            rest = inflater.unused_data + bytes(view[start + PIECE :])
            return rest if rest.startswith(GZIP) else b""
    return b""


def _is_text(body: bytes) -> bool:
    """Whether this is text as it is: compressed data has control characters, and isn't UTF-8."""
    if NOT_IN_TEXT.search(body, 0, 1_000_000):
        return False
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
