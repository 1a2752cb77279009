"""Which addresses may be connected to, however they are written."""

from ipaddress import ip_address

import pytest

from adapters.settings import load
from domain.errors import RemoteError, SettingError
from domain.networks import address_rules


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("::1", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("::", "unspecified"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("fd12:3456::1", "private"),
        ("fec0::1", "private"),
        ("169.254.1.1", "link-local"),
        ("fe80::1", "link-local"),
        ("169.254.169.254", "cloud metadata"),
        ("fd00:ec2::254", "cloud metadata"),
        ("168.63.129.16", "cloud metadata"),
        ("100.100.100.200", "cloud metadata"),
        ("100.64.0.1", "shared"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("192.0.2.1", "reserved"),
        ("198.18.0.1", "reserved"),
        ("2001:db8::1", "reserved"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "reserved"),  # Teredo
        ("64:ff9b:1::1", "reserved"),
        ("5f00::1", "reserved"),
        ("::127.0.0.1", "reserved"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "cloud metadata"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b::a9fe:a9fe", "cloud metadata"),
        ("2002:7f00:1::", "loopback"),
        ("2002:c0a8:101::", "private"),
    ],
)
def test_what_is_not_public_is_refused_and_named(address: str, kind: str) -> None:
    assert address_rules("").refusal("data.example.org", ip_address(address)).startswith(kind)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "172.32.0.1",
        "100.128.0.1",
        "11.0.0.1",
        "2a00:1450::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::",
    ],
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert address_rules("").refusal("data.example.org", ip_address(address)) == ""


@pytest.mark.parametrize(
    ("allow", "host", "address", "allowed"),
    [
        ("10.1.0.0/16", "h", "10.1.2.3", True),
        ("10.1.0.0/16", "h", "10.2.2.3", False),
        ("10.1.0.0/16", "h", "::ffff:10.1.2.3", True),
        ("192.168.7.20", "h", "192.168.7.20", True),
        ("192.168.7.20", "h", "192.168.7.21", False),
        ("fd12::/16, loopback", "h", "fd12::9", True),
        ("fd12::/16, Loopback", "h", "::1", True),
        ("[::1]", "h", "::1", True),
        ("loopback", "h", "10.0.0.1", False),
        ("loopback", "h", "169.254.169.254", False),
        ("intranet.example.org", "Intranet.Example.ORG.", "10.0.0.1", True),
        ("intranet.example.org", "www.intranet.example.org", "10.0.0.1", False),
        ("localhost", "localhost", "127.0.0.1", True),
        ("localhost", "other.example.org", "127.0.0.1", False),
    ],
)
def test_what_the_setting_names_is_allowed_and_nothing_else(allow: str, host: str, address: str, allowed: bool) -> None:
    assert (address_rules(allow).refusal(host, ip_address(address)) == "") is allowed


def test_a_refusal_says_which_address_and_what_to_do() -> None:
    with pytest.raises(RemoteError) as refused:
        address_rules("").check("intern.example.org", "10.0.0.7")

    assert refused.value.code == "refused_address"
    assert not refused.value.retryable
    assert "intern.example.org (10.0.0.7) is a private address" in str(refused.value)
    assert "add 10.0.0.7 to HARVEST_HTTP_ALLOW" in str(refused.value)


@pytest.mark.parametrize(
    "wrong", ["10.0.0.0/40", "http://10.0.0.1", "10.0.0.1:80", "*.example.org", "a b", "300.1.1.1", "10.1"]
)
def test_a_setting_that_names_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(SettingError, match="HARVEST_HTTP_ALLOW"):
        load({"HARVEST_HTTP_ALLOW": f"10.0.0.0/8,{wrong}"})


PORTAL = {"HARVEST_DATABASE_URL": "postgresql://db/harvest", "HARVEST_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"}


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [
        ({}, "loopback"),
        ({"HARVEST_HTTP_ALLOW": "none"}, ""),
        ({"HARVEST_HTTP_ALLOW": "10.0.0.0/8"}, "10.0.0.0/8"),
        (PORTAL, ""),
        ({"HARVEST_DATABASE_URL": "postgresql://db/harvest"}, ""),
        ({"HARVEST_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"}, ""),
        ({**PORTAL, "HARVEST_HTTP_ALLOW": "loopback"}, "loopback"),
        ({**PORTAL, "HARVEST_EMBEDDED_BROKER": "1"}, "loopback"),
        ({**PORTAL, "HARVEST_EMBEDDED_BROKER": "1", "HARVEST_HTTP_ALLOW": "none"}, ""),
    ],
)
def test_this_machine_may_be_harvested_where_all_services_are_our_own(environment: dict[str, str], allowed: str) -> None:
    settings = load(environment)

    assert settings.may_harvest == allowed
    assert settings.on("postgresql://wherever/it/was/started").may_harvest == allowed
