"""Documents are stored once by their hash, however many workers put them."""

from hashlib import sha256
from multiprocessing import get_context

import pytest

from adapters.bootstrap import Parts
from adapters.postgres import content as module
from adapters.postgres.content import content_hash
from tests.integration.processes import ended, put_documents, start


def documents(*bodies: bytes) -> dict[str, bytes]:
    return {content_hash(body): body for body in bodies}


def test_a_document_is_named_by_its_hash_and_read_back_as_it_was(emptied: Parts) -> None:
    given = documents(b"", "ü\n".encode(), b"\x00\xff", b"x" * 100_000)

    emptied.content.put(given)

    assert content_hash(b"abc") == sha256(b"abc").hexdigest()
    assert emptied.content.get(given) == given


def test_what_is_there_is_not_stored_again(emptied: Parts) -> None:
    emptied.content.put(documents(b"a", b"b"))
    [before] = emptied.database.query("SELECT max(ctid) FROM content.document")

    emptied.content.put(documents(b"b", b"c"))
    emptied.content.put(documents(b"a", b"b"))

    assert emptied.database.query("SELECT count(*) FROM content.document") == [(3,)]
    assert emptied.database.query("SELECT max(ctid) FROM content.document WHERE body <> 'c'") == [before]


def test_what_was_not_seen_for_a_day_is_marked_as_seen(emptied: Parts) -> None:
    emptied.content.put(documents(b"a"))
    emptied.database.query("UPDATE content.document SET last_seen = now() - interval '2 days'")

    emptied.content.put(documents(b"a"))

    assert emptied.database.query("SELECT last_seen > now() - interval '1 hour' FROM content.document") == [(True,)]


def test_documents_that_are_not_there_are_left_out(emptied: Parts) -> None:
    emptied.content.put(documents(b"a"))

    assert emptied.content.get([content_hash(b"a"), content_hash(b"b")]) == documents(b"a")
    assert emptied.content.get([]) == {}
    emptied.content.put({})


def test_only_as_many_documents_are_read_as_there_is_room_for(emptied: Parts) -> None:
    bodies = [b"a" * 300, b"b" * 900, b"c" * 300]
    emptied.content.put(documents(*bodies))
    names = [content_hash(body) for body in bodies]

    some, left = emptied.content.get_some([names[0], content_hash(b"none"), *names[1:]], 1000)

    assert some == documents(*bodies[:2])
    assert left == {names[2]}
    assert emptied.content.get_some(names[1:], 1) == (documents(bodies[1]), {names[2]})
    assert emptied.content.get_some([], 1) == ({}, set())


def test_many_large_documents_are_stored_in_several_statements(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BATCH_BYTES", 1000)
    given = documents(*(bytes([number]) * 400 for number in range(10)))

    emptied.content.put(given)

    assert emptied.content.get(given) == given


@pytest.mark.parametrize(
    ("body", "text"), [("ü 🌳".encode(), True), (b"", True), (b"a\0b", False), (b"\xff", False), (b"\xed\xa0\x80", False)]
)
def test_what_a_table_can_show_as_text_is_marked(emptied: Parts, body: bytes, text: bool) -> None:
    emptied.content.put(documents(body))

    assert emptied.database.query("SELECT is_text FROM content.document") == [(text,)]
    if text:
        assert emptied.database.query("SELECT convert_from(body, 'UTF8') FROM content.document") == [(body.decode(),)]


def test_processes_that_put_the_same_documents_in_opposite_orders_do_not_deadlock(emptied: Parts) -> None:
    barrier = get_context("spawn").Barrier(2)
    rounds = 4
    writers = [start(put_documents, emptied.settings.database_url, barrier, rounds, backwards) for backwards in (False, True)]

    assert ended(*writers) == [0, 0]
    assert emptied.database.query("SELECT count(*) FROM content.document") == [(rounds * 1500,)]
