"""Commands on sources: a second call changes nothing, and whoever comes second learns it."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.application import ATTEMPTS, Harvesting
from domain.errors import Conflict, NotFound, ValidationError
from domain.reserved_values import Reservation, address_value, name_value, reservation_id
from domain.sources import HarvestSource, SourceFields
from tests.support.fakes import MemoryLog

FIELDS = SourceFields("city", "http://data.example/", "ckan")


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def app(log: MemoryLog) -> Harvesting:
    return Harvesting(log, log)


def holder(app: Harvesting, value: str) -> str | None:
    return app.load(Reservation, reservation_id(value)).holder


# registering


def test_a_source_is_registered_with_its_defaults(app: Harvesting) -> None:
    source_id = app.register_source(replace(FIELDS, url=" http://data.example/ ", frequency="daily"), "admin")

    fields = app.load(HarvestSource, source_id).fields
    assert (fields.title, fields.url, fields.frequency) == ("city", "http://data.example/", "DAILY")


def test_registering_twice_changes_nothing(app: Harvesting, log: MemoryLog) -> None:
    source_id = uuid4()
    app.register_source(FIELDS, "admin", source_id)
    before = list(log.events)

    assert app.register_source(FIELDS, "admin", source_id) == source_id

    assert log.events == before


def test_an_id_belongs_to_one_source(app: Harvesting) -> None:
    source_id = app.register_source(FIELDS, "admin")

    with pytest.raises(ValidationError) as refused:
        app.register_source(replace(FIELDS, name="other", url="http://other.example"), "admin", source_id)

    assert list(refused.value.errors) == ["id"]


def test_an_id_that_something_else_has_is_named_as_taken(app: Harvesting) -> None:
    job_id = app.create_job(app.register_source(FIELDS, "admin"), by="admin")

    with pytest.raises(ValidationError, match="taken by something that is no source") as refused:
        app.register_source(replace(FIELDS, name="other", url="http://other.example"), "admin", job_id)

    assert list(refused.value.errors) == ["id"]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("name", replace(FIELDS, url="http://other.example")),
        ("url", replace(FIELDS, name="other")),
        ("url", replace(FIELDS, name="other", url="HTTP://Data.example:80#page=1")),
    ],
)
def test_a_name_and_an_address_belong_to_one_source(app: Harvesting, log: MemoryLog, field: str, fields: SourceFields) -> None:
    app.register_source(FIELDS, "admin")
    before = list(log.events)

    with pytest.raises(ValidationError) as refused:
        app.register_source(fields, "admin")

    assert list(refused.value.errors) == [field]
    assert log.events == before


def test_the_same_address_with_another_config_is_another_source(app: Harvesting) -> None:
    first = app.register_source(FIELDS, "admin")

    assert app.register_source(replace(FIELDS, name="other", config='{"a": 1}'), "admin") != first


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (["name", "type", "url"], SourceFields("", "", "")),
        (["name"], replace(FIELDS, name="City")),
        (["name"], replace(FIELDS, name="c")),
        (["name"], replace(FIELDS, name="c" * 101)),
        (["name"], replace(FIELDS, name="a b")),
        (["url"], replace(FIELDS, url="data.example")),
        (["url"], replace(FIELDS, url="ftp://data.example")),
        (["url"], replace(FIELDS, url="http://[data.example")),
        (["frequency"], replace(FIELDS, frequency="ANNUALLY")),
        (["type"], replace(FIELDS, type="  ")),
    ],
)
def test_wrong_fields_are_all_named_at_once(app: Harvesting, log: MemoryLog, wrong: list[str], fields: SourceFields) -> None:
    with pytest.raises(ValidationError) as refused:
        app.register_source(fields, "admin")

    assert sorted(refused.value.errors) == wrong
    assert not log.events


# races


def test_of_two_who_take_one_name_at_once_the_second_is_told(app: Harvesting, log: MemoryLog) -> None:
    first = uuid4()
    log.before_append = [lambda: app.register_source(FIELDS, "faster", first)]

    with pytest.raises(ValidationError) as refused:
        app.register_source(replace(FIELDS, url="http://other.example"), "slower")

    assert list(refused.value.errors) == ["name"]
    assert holder(app, name_value("city")) == str(first)


def test_of_two_equal_calls_at_once_both_succeed_and_one_is_stored(app: Harvesting, log: MemoryLog) -> None:
    source_id = uuid4()
    log.before_append = [lambda: app.register_source(FIELDS, "faster", source_id)]

    assert app.register_source(FIELDS, "slower", source_id) == source_id

    assert [event.topic for event in log.events].count("source.registered") == 1


def test_a_name_that_becomes_free_meanwhile_is_taken(app: Harvesting, log: MemoryLog) -> None:
    first = app.register_source(FIELDS, "admin")
    app.change_source(first, replace(FIELDS, name="town"), "admin")
    log.before_append = [lambda: app.change_source(first, replace(FIELDS, name="village"), "admin")]

    second = app.register_source(replace(FIELDS, url="http://other.example"), "admin")

    assert holder(app, name_value("city")) == str(second)
    assert holder(app, name_value("town")) is None


def test_a_change_that_meets_another_one_is_made_on_top_of_it(app: Harvesting, log: MemoryLog) -> None:
    source_id = app.register_source(FIELDS, "admin")
    log.before_append = [lambda: app.change_source(source_id, replace(FIELDS, name="town"), "faster")]

    app.change_source(source_id, replace(FIELDS, name="village"), "slower")

    assert app.load(HarvestSource, source_id).fields.name == "village"
    assert [holder(app, name_value(name)) for name in ("city", "town", "village")] == [None, None, str(source_id)]


def test_endless_conflicts_are_given_up(app: Harvesting, log: MemoryLog) -> None:
    source_id = app.register_source(FIELDS, "admin")

    def faster() -> None:
        titles.append(f"title {len(titles)}")
        log.before_append = []
        app.change_source(source_id, replace(FIELDS, title=titles[-1]), "faster")
        log.before_append = [faster]

    titles: list[str] = []
    log.before_append = [faster]

    with pytest.raises(Conflict):
        app.change_source(source_id, replace(FIELDS, name="town"), "slower")

    assert app.load(HarvestSource, source_id).fields.title == titles[-1]
    assert len(titles) == ATTEMPTS


# changing


def test_changing_twice_changes_nothing(app: Harvesting, log: MemoryLog) -> None:
    source_id = app.register_source(FIELDS, "admin")
    changed = replace(FIELDS, name="town", title="Town")
    app.change_source(source_id, changed, "admin")
    before = list(log.events)

    app.change_source(source_id, changed, "admin")

    assert log.events == before


def test_a_change_releases_the_old_name_and_address_for_others(app: Harvesting) -> None:
    first = app.register_source(FIELDS, "admin")

    app.change_source(first, replace(FIELDS, name="town", url="http://town.example"), "admin")
    second = app.register_source(FIELDS, "admin")

    assert holder(app, name_value("city")) == str(second)
    assert holder(app, address_value("http://data.example", "")) == str(second)
    assert holder(app, name_value("town")) == str(first)


def test_a_change_back_takes_the_old_name_again(app: Harvesting) -> None:
    source_id = app.register_source(FIELDS, "admin")
    for name in ("town", "city"):
        app.change_source(source_id, replace(FIELDS, name=name), "admin")

    assert holder(app, name_value("city")) == str(source_id)
    assert holder(app, name_value("town")) is None


def test_a_change_to_what_is_taken_changes_nothing(app: Harvesting, log: MemoryLog) -> None:
    app.register_source(FIELDS, "admin")
    other = app.register_source(replace(FIELDS, name="other", url="http://other.example"), "admin")
    before = list(log.events)

    with pytest.raises(ValidationError):
        app.change_source(other, replace(FIELDS, url="http://other.example"), "admin")

    assert log.events == before
    assert holder(app, name_value("other")) == str(other)


def test_a_change_of_config_moves_the_address_alone(app: Harvesting, log: MemoryLog) -> None:
    source_id = app.register_source(FIELDS, "admin")

    app.change_source(source_id, replace(FIELDS, config='{"a": 1}'), "admin")

    assert holder(app, address_value(FIELDS.url, "")) is None
    assert holder(app, address_value(FIELDS.url, '{"a": 1}')) == str(source_id)
    assert holder(app, name_value("city")) == str(source_id)


def test_stopping_and_going_on_twice_changes_nothing(app: Harvesting, log: MemoryLog) -> None:
    source_id = app.register_source(FIELDS, "admin")

    for _ in range(2):
        app.deactivate_source(source_id, "admin", "closed")
    for _ in range(2):
        app.reactivate_source(source_id, "admin")

    topics = [event.topic for event in log.events]
    assert (topics.count("source.deactivated"), topics.count("source.reactivated")) == (1, 1)


# finding


def test_a_source_is_found_by_id_and_by_name(app: Harvesting) -> None:
    source_id = app.register_source(FIELDS, "admin")

    assert app.find_source("city").id == source_id
    assert app.find_source(str(source_id)).id == source_id


@pytest.mark.parametrize("key", ["town", str(UUID(int=5)), "", "a\0b"])
def test_what_is_not_there_is_not_found(app: Harvesting, key: str) -> None:
    app.register_source(FIELDS, "admin")

    with pytest.raises(NotFound):
        app.find_source(key)


def test_a_released_name_finds_nothing(app: Harvesting) -> None:
    source_id = app.register_source(FIELDS, "admin")
    app.change_source(source_id, replace(FIELDS, name="town"), "admin")

    with pytest.raises(NotFound, match="city"):
        app.find_source("city")


def test_commands_on_what_is_not_there_say_so(app: Harvesting) -> None:
    nobody = uuid4()

    for command in (
        lambda: app.change_source(nobody, FIELDS, "admin"),
        lambda: app.deactivate_source(nobody, "admin"),
        lambda: app.reactivate_source(nobody, "admin"),
        lambda: app.create_job(nobody),
    ):
        with pytest.raises(NotFound, match=str(nobody)):
            command()


# addresses that were reserved before their query counted


QUERY = replace(FIELDS, name="query", url="http://data.example/feed?map=1")
LEGACY = "source address:http://data.example/feed|"


@pytest.fixture
def old(app: Harvesting) -> UUID:
    """A source with a query, as an earlier version has stored it."""
    source_id = uuid4()
    fields = replace(QUERY, title="query")
    app.record(
        HarvestSource.register(source_id, fields, "admin"),
        Reservation.take(name_value("query"), source_id),
        Reservation.take(LEGACY, source_id),
    )
    return source_id


def test_an_old_address_still_belongs_to_its_source(app: Harvesting, old: UUID) -> None:
    with pytest.raises(ValidationError) as refused:
        app.register_source(replace(QUERY, name="other"), "admin")

    assert list(refused.value.errors) == ["url"]
    assert app.find_source_at(QUERY.url, "").id == old
    with pytest.raises(NotFound):
        app.find_source_at("http://data.example/feed", "")


def test_an_old_address_leaves_room_for_another_query(app: Harvesting, old: UUID) -> None:
    other = app.register_source(replace(QUERY, name="other", url="http://data.example/feed?map=2"), "admin")
    bare = app.register_source(replace(QUERY, name="bare", url="http://data.example/feed"), "admin")

    assert app.find_source_at("http://data.example/feed?map=2", "").id == other
    assert app.find_source_at("http://data.example/feed", "").id == bare
    assert app.find_source_at(QUERY.url, "").id == old
    with pytest.raises(ValidationError):
        app.register_source(replace(QUERY, name="third"), "admin")


def test_an_old_address_is_released_by_a_change(app: Harvesting, old: UUID) -> None:
    app.change_source(old, replace(QUERY, url="http://data.example/other"), "admin")

    assert holder(app, LEGACY) is None
    assert app.register_source(replace(QUERY, name="next"), "admin") != old


def test_a_source_with_an_old_address_can_be_edited(app: Harvesting, old: UUID) -> None:
    app.change_source(old, replace(QUERY, title="Another"), "admin")
    app.change_source(old, replace(QUERY, title="Another", url="http://data.example/feed"), "admin")

    assert app.find_source_at("http://data.example/feed", "").id == old


@pytest.mark.parametrize("url", ["http://data.example/feed?map=1", "http://data.example/feed?map=2"])
def test_sources_that_differ_in_the_query_are_two(app: Harvesting, url: str) -> None:
    first = app.register_source(replace(FIELDS, url="http://data.example/feed"), "admin")

    assert app.register_source(replace(FIELDS, name="other", url=url), "admin") != first


def test_a_refused_address_is_told_without_secrets(app: Harvesting) -> None:
    fields = replace(FIELDS, url="http://anna:open-sesame@data.example/", config='{"api_key": "very-secret"}')
    app.register_source(fields, "admin")

    with pytest.raises(ValidationError) as refused:
        app.register_source(replace(fields, name="other"), "admin")

    assert "open-sesame" not in str(refused.value)
    assert "very-secret" not in str(refused.value)
