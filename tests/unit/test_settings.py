"""Settings come from the environment or a file; a wrong one is refused by its name."""

from pathlib import Path

import pytest

from adapters.settings import Settings, load, unknown
from domain.errors import SettingError


def test_without_environment_everything_is_embedded() -> None:
    settings = load({})

    assert settings.own_postgres
    assert settings.own_broker
    assert not settings.ckan_url


def test_values_are_read_by_their_type() -> None:
    settings = load(
        {
            "HARVEST_DATABASE_URL": " postgresql://user:secret@db/harvest ",
            "HARVEST_KAFKA_BOOTSTRAP_SERVERS": "one:9092,two:9092",
            "HARVEST_FETCH_THREADS": "16",
            "HARVEST_LEASE": "2.5",
            "HARVEST_EMBEDDED_BROKER": "Yes",
            "HARVEST_DATA_DIR": "~/data",
        }
    )

    assert settings.database_url == "postgresql://user:secret@db/harvest"
    assert (settings.fetch_threads, settings.lease, settings.embedded_broker) == (16, 2.5, True)
    assert settings.data_dir == Path.home() / "data"
    assert not settings.own_postgres
    assert not settings.own_broker


def test_an_empty_value_means_the_default() -> None:
    assert load({"HARVEST_LEASE": " ", "HARVEST_SITE_ID": ""}) == load({})


def test_the_token_is_not_shown() -> None:
    assert "hidden" not in repr(Settings(ckan_token="hidden", secret_key="hidden", kafka_sasl_password="hidden"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HARVEST_FETCH_THREADS", "many"),
        ("HARVEST_FETCH_THREADS", "0"),
        ("HARVEST_FETCH_THREADS", "2.5"),
        ("HARVEST_LEASE", "-1"),
        ("HARVEST_LEASE", "nan"),
        ("HARVEST_LEASE", "inf"),
        ("HARVEST_TOPIC_REPLICATION", "-2"),
        ("HARVEST_EMBEDDED_BROKER", "perhaps"),
        ("HARVEST_LOG_LEVEL", "LOUD"),
        ("HARVEST_SITE_ID", "no spaces"),
        ("HARVEST_CKAN_URL", "ckan.example"),
        ("HARVEST_KAFKA_BOOTSTRAP_SERVERS", "one:9092,two"),
        ("HARVEST_DATABASE_URL", "mysql://db/harvest"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        load({name: value})


@pytest.mark.parametrize(
    ("name", "value", "nearest"),
    [
        ("HARVEST_LOG_LEVEL", "warn", "WARNING"),
        ("HARVEST_LOG_FORMAT", "jason", "json"),
        ("HARVEST_KAFKA_SECURITY_PROTOCOL", "SASL-SSL", "SASL_SSL"),
        ("HARVEST_KAFKA_SASL_MECHANISM", "SCRAM-SHA256", "SCRAM-SHA-256"),
    ],
)
def test_the_nearest_value_is_named(name: str, value: str, nearest: str) -> None:
    with pytest.raises(SettingError, match=rf"{name}='{value}' is none of .*\(did you mean {nearest}\?\)"):
        load({name: value})


def test_more_copies_in_sync_than_copies_are_refused() -> None:
    with pytest.raises(SettingError, match="HARVEST_TOPIC_MIN_INSYNC_REPLICAS"):
        load({"HARVEST_TOPIC_REPLICATION": "1", "HARVEST_TOPIC_MIN_INSYNC_REPLICAS": "2"})


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"HARVEST_KAFKA_SECURITY_PROTOCOL": "TLS"}, "HARVEST_KAFKA_SECURITY_PROTOCOL='TLS' is none of PLAINTEXT, SSL"),
        ({"HARVEST_KAFKA_SASL_MECHANISM": "GSSAPI"}, "HARVEST_KAFKA_SASL_MECHANISM='GSSAPI' is none of PLAIN, SCRAM"),
        ({"HARVEST_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "needs HARVEST_KAFKA_SASL_USERNAME"),
        ({"HARVEST_KAFKA_SASL_USERNAME": "me"}, "HARVEST_KAFKA_SASL_USERNAME has no effect: set HARVEST_KAFKA_SEC"),
    ],
)
def test_settings_of_kafka_s_security_must_fit_together(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        load(environment)


def test_a_wrong_database_address_is_not_shown_since_it_may_hold_a_password() -> None:
    with pytest.raises(SettingError) as refused:
        load({"HARVEST_DATABASE_URL": "mysql://user:secret@db/harvest"})

    assert "secret" not in str(refused.value)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("# of this machine\nHARVEST_SITE_ID = 'from-file'\n\nHARVEST_LEASE=7\n")

    settings = load({"HARVEST_SETTINGS_FILE": str(file), "HARVEST_LEASE": "8"})

    assert (settings.site_id, settings.lease) == ("from-file", 8.0)


def test_a_wrong_value_in_the_file_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("HARVEST_LEASE=soon\n")

    with pytest.raises(SettingError, match="HARVEST_LEASE='soon'"):
        load({"HARVEST_SETTINGS_FILE": str(file)})


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "settings"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SettingError, match=f"HARVEST_SETTINGS_FILE: .*{file}"):
        load({"HARVEST_SETTINGS_FILE": str(file)})


def test_a_name_that_is_no_setting_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("HARVEST_CKAN_TOKN=x\nHARVEST_CKAN_URL=http://ckan\n")

    found = unknown({"HARVEST_DATABSE_URL": "x", "HARVEST_LEASE": "3", "HOME": "/", "HARVEST_SETTINGS_FILE": str(file)})

    assert found == [
        "HARVEST_DATABSE_URL is not a setting of harvestlog (did you mean HARVEST_DATABASE_URL?): it has no effect",
        f"HARVEST_CKAN_TOKN in {file} is not a setting of harvestlog (did you mean HARVEST_CKAN_TOKEN?): it has no effect",
    ]


def test_names_for_tests_and_plugins_are_nobodys_mistake() -> None:
    assert unknown({"HARVEST_TEST_SHARED": "x", "HARVEST_KAFKA_BOOTSTRAP_SERVERS_TEST": "x", "HARVEST_PLUGIN_KEY": "x"}) == []
