"""The content store: documents by the sha256 of their bytes.

Content is written before the events that name it, in a statement of its own and sorted by hash: unsorted, or after the log's
lock, writers were seen to deadlock. No event ever holds a document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from adapters.postgres.database import Database, unavailable

PUT = """
    INSERT INTO content.document AS d (hash, body, is_text)
    SELECT * FROM unnest(%(hashes)b::bytea[], %(bodies)b::bytea[], %(texts)b::boolean[])
    ON CONFLICT (hash) DO UPDATE SET last_seen = now() WHERE d.last_seen < now() - interval '1 day'
"""
GET = "SELECT hash, body FROM content.document WHERE hash = ANY (%(hashes)b::bytea[])"
GET_SOME = """
    SELECT hash, CASE WHEN before < %(most)s THEN body END
    FROM (
        SELECT d.hash, d.body, coalesce(sum(octet_length(d.body)) OVER (
            ORDER BY w.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM unnest(%(hashes)b::bytea[]) WITH ORDINALITY AS w (hash, place) JOIN content.document d ON d.hash = w.hash
    ) x
"""
FACTS = "SELECT octet_length(body), is_text, first_seen FROM content.document WHERE hash = %(hash)b"
PART = "SELECT substring(body FROM %(first)s FOR %(length)s) FROM content.document WHERE hash = %(hash)b"
MAX_BATCH_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a document without reading it. `size` in bytes; `is_text`: UTF-8 without NUL; `stored_at` is UTC."""

    size: int
    is_text: bool
    stored_at: datetime


def content_hash(body: bytes) -> str:
    """The name of a document: its sha256 in hex."""
    return sha256(body).hexdigest()


class ContentStore:
    """Documents in schema `content`, stored once however often they are put."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, documents: Mapping[str, bytes]) -> None:
        """Store documents by hash; what is there already is only marked as seen."""
        batch: list[tuple[str, bytes]] = []
        size = 0
        for name in sorted(documents):
            batch.append((name, documents[name]))
            size += len(documents[name])
            if size > MAX_BATCH_BYTES:
                self._put(batch)
                batch, size = [], 0
        if batch:
            self._put(batch)

    def _put(self, batch: list[tuple[str, bytes]]) -> None:
        parameters = {
            "hashes": [bytes.fromhex(name) for name, _ in batch],
            "bodies": [body for _, body in batch],
            "texts": [_is_text(body) for _, body in batch],
        }
        with unavailable(self._database.url):
            self._database.connection.execute(PUT, parameters, prepare=True)

    def get(self, hashes: Iterable[str]) -> dict[str, bytes]:
        """Documents by hash; those that aren't there are left out."""
        wanted = [bytes.fromhex(name) for name in set(hashes)]
        if not wanted:
            return {}
        with unavailable(self._database.url), self._database.connection.cursor(binary=True) as cursor:
            rows = cursor.execute(GET, {"hashes": wanted}, prepare=True).fetchall()
        return {name.hex(): body for name, body in rows}

    def get_some(self, hashes: Iterable[str], most: int) -> tuple[dict[str, bytes], set[str]]:
        """The first documents in that order, until they have `most` bytes or more; and the hashes of those that are left.

        The first one always comes. Those that aren't there are in neither. Only what comes is read by the server.
        """
        wanted = [bytes.fromhex(name) for name in dict.fromkeys(hashes)]
        if not wanted:
            return {}, set()
        with unavailable(self._database.url), self._database.connection.cursor(binary=True) as cursor:
            rows = cursor.execute(GET_SOME, {"hashes": wanted, "most": most}, prepare=True).fetchall()
        return {name.hex(): body for name, body in rows if body is not None}, {
            name.hex() for name, body in rows if body is None
        }

    def facts(self, name: str) -> Facts | None:
        """About a document, by its hash; None when it isn't there."""
        rows = self._database.query(FACTS, hash=bytes.fromhex(name))
        return Facts(rows[0][0], rows[0][1], rows[0][2].astimezone(UTC)) if rows else None

    def part(self, name: str, offset: int, length: int) -> bytes:
        """A part of a document, both in bytes; shorter, or empty, where the document ends."""
        with unavailable(self._database.url), self._database.connection.cursor(binary=True) as cursor:
            row = cursor.execute(PART, {"hash": bytes.fromhex(name), "first": offset + 1, "length": length}).fetchone()
        return bytes(row[0]) if row else b""


def _is_text(body: bytes) -> bool:
    if b"\0" in body:
        return False
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
