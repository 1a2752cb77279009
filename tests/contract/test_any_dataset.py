"""Any JSON in any field of a dataset: it arrives in every catalogue, and no CKAN ever answers with an error of its own.

What arrives is stored under the id and the name that the dataset has.
"""

from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.contract.conftest import Catalogue
from tests.contract.test_target import owner, shown

FIELDS = (
    *("title", "notes", "author", "author_email", "maintainer", "maintainer_email", "url", "version", "license_id", "type"),
    *("private", "state", "metadata_modified", "metadata_created", "tags", "extras", "resources", "groups", "issued"),
    *("isopen", "plugin_data", "tag_string", "relationships_as_subject", "organization", "num_tags", "custom", "__junk"),
)
ENTRY_FIELDS = (
    *("id", "name", "key", "value", "url", "format", "size", "created", "last_modified", "description", "hash", "state"),
    *("mimetype", "resource_type", "vocabulary_id", "display_name", "url_type", "cache_url", "custom", "position", "__extras"),
)
TEXTS = some.one_of(
    some.text(some.characters(codec=None), max_size=20),  # half surrogates and NUL among them
    some.sampled_from(
        ["", " ", "a\0b", "\ud83d", "x" * 101, "x" * 40_000, "2021-01-01T00:00:00Z", "a@example.org", "http://a"]
    ),
)
NUMBERS = some.one_of(some.integers(), some.integers(-(10**40), 10**40), some.floats(allow_nan=False, allow_infinity=False))
VALUES = some.recursive(
    some.one_of(some.none(), some.booleans(), NUMBERS, TEXTS),
    lambda inner: some.one_of(some.lists(inner, max_size=3), some.dictionaries(TEXTS | some.just("en"), inner, max_size=3)),
    max_leaves=6,
)
ENTRIES = some.lists(some.dictionaries(some.sampled_from(ENTRY_FIELDS), VALUES, max_size=4) | VALUES, max_size=3)
DATASETS = some.dictionaries(some.sampled_from(FIELDS), VALUES | ENTRIES, max_size=6)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(fields=DATASETS)
def test_a_dataset_arrives_whatever_is_in_its_fields(target: Catalogue, fields: dict[str, Any]) -> None:
    identity, name = str(uuid4()), f"any-{uuid4().hex[:12]}"

    stored = target.save({**fields, "id": identity, "name": name}, owner(guid=identity))

    assert (stored.package_id, stored.name) == (identity, name)
    assert shown(target, identity)["name"] == name
