"""A Kafka with SASL, TLS and rights: harvests go through it, topics are made by somebody else, and what is wrong is said.

Its broker is started here, from the scripts of the shared folder. Without them the tests are skipped, unless CI=true and
HARVEST_REQUIRE_KAFKA=1.
"""

import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.kafka.topics import cluster_id, configured, ensure_topics
from adapters.settings import Settings
from domain.errors import ServiceUnavailable, SettingError
from tests.support.kafka_scripts import kafka_scripts, no_kafka
from tests.support.secure_kafka import KEY_PASSWORD, PASSWORD, USER, SecureKafka
from tests.support.stack import Stack

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    kafka = SecureKafka(kafka_scripts(), tmp_path_factory.mktemp("kafka"))
    try:
        kafka.start()
    except subprocess.CalledProcessError as error:
        no_kafka(f"no Kafka: {error.stderr[-500:]}")
    yield kafka
    kafka.stop()


def sasl(kafka: SecureKafka, settings: Settings, mechanism: str = "SCRAM-SHA-512") -> Settings:
    return replace(
        settings,
        kafka_bootstrap_servers=kafka.sasl,
        kafka_security_protocol="SASL_SSL",
        kafka_sasl_mechanism=mechanism,
        kafka_sasl_username=USER,
        kafka_sasl_password=PASSWORD,
        kafka_ssl_cafile=str(kafka.files.ca),
    )


def certificate(kafka: SecureKafka, settings: Settings) -> Settings:
    return replace(
        settings,
        kafka_bootstrap_servers=kafka.tls,
        kafka_security_protocol="SSL",
        kafka_ssl_cafile=str(kafka.files.ca),
        kafka_ssl_certfile=str(kafka.files.client),
        kafka_ssl_password=KEY_PASSWORD,
    )


def administer(kafka: SecureKafka, settings: Settings, *principals: str) -> None:
    """What an administrator of Kafka does with the lines of `harvester topics --print`."""
    lines = [shlex.split(line) for line in Session(Parts(settings)).call("harvest_topic_list", ask=False)["commands"]]
    admin = kafka.client()
    for line in lines:
        if line[0] == "kafka-topics.sh":
            configs = dict(value.split("=") for name, value in pairwise(line) if name == "--config")
            partitions = int(line[line.index("--partitions") + 1])
            topic = {"num_partitions": partitions, "replication_factor": 1, "configs": {**configs, "min.insync.replicas": "1"}}
            admin.create_topics({line[line.index("--topic") + 1]: topic})
        else:
            operations = [value for name, value in pairwise(line) if name == "--operation"]
            kind = "--topic" if "--topic" in line else "--group"
            kafka.allow(kind.strip("-"), line[line.index(kind) + 1], operations, *principals)
    admin.close()


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "certificate"])
def test_without_the_right_to_make_topics_we_are_told_how_to_have_them_made_and_then_use_them(
    kafka: SecureKafka, mechanism: str
) -> None:
    base = Settings(site_id=f"site-{uuid4().hex[:8]}", topic_partitions=2)
    settings = certificate(kafka, base) if mechanism == "certificate" else sasl(kafka, base, mechanism)
    broker = configured(settings, "test")

    with pytest.raises(SettingError, match=r"does not let .* create topics.*`harvester topics --print` says how"):
        ensure_topics(broker, settings)
    administer(kafka, settings, "User:CN=harvest" if mechanism == "certificate" else f"User:{USER}")

    assert ensure_topics(broker, settings) == []
    topics = Session(Parts(settings)).call("harvest_topic_list")["topics"]
    assert [(topic["partitions"], topic["copies"]) for topic in topics] == [(2, 1), (2, 1), (1, 1)]


def test_a_harvest_goes_through_it_from_end_to_end(kafka: SecureKafka, settings: Settings, tmp_path: Path) -> None:
    secure = sasl(kafka, settings)
    administer(kafka, secure, f"User:{USER}")

    with Stack(secure, tmp_path) as stack:
        stack.source("some", "http://127.0.0.1/some", "noop", {"records": 50})
        job = stack.run("some")
        status = stack.json("status", status=None)

    assert (job["status"], job["added"], job["errored"]) == ("Finished", 50, 0)
    assert status["cluster_id"]
    assert not [problem for problem in status["problems"] if "roker" in problem]
    assert PASSWORD not in stack.logs()


WRONG: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    (
        "password",
        {"kafka_sasl_password": "wrong"},
        ServiceUnavailable,
        f"Does it know user {USER} with HARVEST_KAFKA_SASL_MECH",
    ),
    ("authority", {"kafka_ssl_cafile": "OTHER"}, SettingError, "is not trusted .*HARVEST_KAFKA_SSL_CAFILE"),
    ("no authority", {"kafka_ssl_cafile": ""}, SettingError, "is not trusted .*HARVEST_KAFKA_SSL_CAFILE"),
    ("protocol", {"kafka_security_protocol": "PLAINTEXT"}, ServiceUnavailable, "HARVEST_KAFKA_SECURITY_PROTOCOL"),
    ("listener", {"kafka_bootstrap_servers": "ADMIN"}, SettingError, "does not speak TLS"),
    ("file", {"kafka_ssl_cafile": "/no/such/file"}, SettingError, "HARVEST_KAFKA_SSL_CAFILE=/no/such/file can't be used"),
    ("certificate", {"kafka_ssl_certfile": "/no/such/file"}, SettingError, "HARVEST_KAFKA_SSL_CERTFILE=/no/such/file"),
]


@pytest.mark.parametrize(("changes", "error", "said"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_wrong_is_said_with_the_setting_to_look_at(
    kafka: SecureKafka, changes: dict[str, Any], error: type[Exception], said: str
) -> None:
    places = {"OTHER": str(kafka.files.other_ca), "ADMIN": kafka.admin}
    settings = replace(sasl(kafka, Settings()), **{name: places.get(value, value) for name, value in changes.items()})

    with pytest.raises(error, match=said) as refused:
        ensure_topics(configured(settings, "test"), settings)

    assert PASSWORD not in str(refused.value)


def test_the_name_in_the_certificate_counts_unless_that_is_switched_off(kafka: SecureKafka) -> None:
    by_number = replace(sasl(kafka, Settings()), kafka_bootstrap_servers=kafka.sasl.replace("localhost", "127.0.0.1"))

    with pytest.raises(SettingError, match=r"is not trusted .*name the servers"):
        ensure_topics(configured(by_number, "test"), by_number)

    assert cluster_id(configured(replace(by_number, kafka_ssl_check_hostname=False), "test"), 5.0)
