"""A harvested document as it was received, for those who may see its source."""

from base64 import b64decode
from typing import Any
from uuid import uuid4

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.postgres.content import content_hash
from domain.access import ANONYMOUS, Caller
from domain.errors import NotAuthorized, NotFound

MEMBER = Caller("mem", roles={"org": "member"})
STRANGER = Caller("str", roles={"other": "admin"})


def harvested(parts: Parts, name: str = "one", *, private: bool = False, size: int = 50) -> str:
    """The id of the only object of a source that was harvested."""
    session = Session(parts)
    config = {"records": 1, "content": size}
    fields = {"url": f"http://127.0.0.1/{name}", "source_type": "noop", "owner_org": "org", "private": private}
    session.call("harvest_source_create", name=name, config=config, **fields)
    session.call("harvest_source_test", id=name)
    source = session.call("harvest_source_show", id=name)["id"]
    return str(parts.database.query("SELECT id FROM harvest.object WHERE harvest_source_id = %(id)s", id=source)[0][0])


def content(parts: Parts, caller: Caller = ANONYMOUS, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = Session(parts, caller).call("harvest_object_content_show", **values)
    return answer


def test_a_document_is_given_as_it_was_received_with_its_hash_and_type(emptied: Parts) -> None:
    object_id = harvested(emptied)

    answer = content(emptied, id=object_id)

    body = b64decode(answer["content"])
    assert body.startswith(b"record-0 ")
    assert (answer["size"], answer["content_hash"]) == (50, content_hash(body))
    assert answer["media_type"] == "text/plain; charset=utf-8"
    assert answer["modified"].tzinfo is not None


def test_a_large_document_comes_in_parts(emptied: Parts) -> None:
    object_id = harvested(emptied, size=150_000)

    parts = [content(emptied, id=object_id, offset=at, length=60_000)["content"] for at in (0, 60_000, 120_000, 180_000)]

    bodies = [b64decode(part) for part in parts]
    assert [len(body) for body in bodies] == [60_000, 60_000, 30_000, 0]
    assert content_hash(b"".join(bodies)) == content(emptied, id=object_id, length=0)["content_hash"]


def test_a_dataset_gives_the_document_of_its_current_object(emptied: Parts) -> None:
    object_id = harvested(emptied)
    emptied.database.query("UPDATE ops.dataset SET package_id = 'p-1'")

    assert content(emptied, dataset_id="p-1") == content(emptied, id=object_id)


@pytest.mark.parametrize("caller", [ANONYMOUS, STRANGER])
def test_content_of_a_private_source_and_what_isnt_there_are_refused_alike(emptied: Parts, caller: Caller) -> None:
    object_id = harvested(emptied, private=True)
    emptied.database.query("UPDATE ops.dataset SET package_id = 'p-1'")

    said = set()
    for values in ({"id": object_id}, {"id": str(uuid4())}, {"id": "x"}, {"dataset_id": "p-1"}, {"dataset_id": "p-2"}):
        with pytest.raises(NotAuthorized) as refused:
            content(emptied, caller, **values)
        said.add(str(refused.value))

    assert len(said) == 1
    assert content(emptied, MEMBER, id=object_id)["size"] == 50


def test_content_that_retention_removed_is_not_found(emptied: Parts) -> None:
    object_id = harvested(emptied)
    emptied.database.query("DELETE FROM content.document")

    with pytest.raises(NotFound, match="no longer kept"):
        content(emptied, id=object_id)
