"""Sockets to allowed addresses: a name is resolved once, and the address that was judged is the one that is connected to."""

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from urllib3.exceptions import LocationParseError

from domain.errors import RemoteError
from domain.networks import AddressRules, plain_host


def connect(host: str, port: int, rules: AddressRules, *, timeout: Any, source: Any, options: Sequence[Any]) -> socket.socket:
    """A socket that is connected to the host, at an address that the rules allow.

    Raises RemoteError `refused_address` when all of its addresses are refused, and OSError. A name with allowed and refused
    addresses is connected to at the allowed ones.
    """
    name = plain_host(host)
    try:
        name.encode("idna")
    except UnicodeError:
        raise LocationParseError(f"'{name}', label empty or too long") from None
    addresses = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    failed: Exception = OSError("the name has no address")
    for family, kind, protocol, _, place in sorted(addresses, key=lambda entry: not _allowed(rules, host, entry[4])):
        try:
            rules.check(host, str(place[0]))
            return _opened(family, kind, protocol, place, timeout, source, options)
        except RemoteError as error:
            failed = failed if isinstance(failed, OSError) and failed.errno else error
        except OSError as error:
            failed = error
    raise failed


def _allowed(rules: AddressRules, host: str, place: Any) -> bool:
    return not rules.refusal(host, ip_address(str(place[0]).partition("%")[0]))


def _opened(
    family: int, kind: int, protocol: int, place: Any, timeout: Any, source: Any, options: Sequence[Any]
) -> socket.socket:
    opened = socket.socket(family, kind, protocol)
    try:
        for option in options:
            opened.setsockopt(*option)
        if isinstance(timeout, int | float):
            opened.settimeout(timeout)
        if source:
            opened.bind(source)
        opened.connect(place)
    except BaseException:
        opened.close()
        raise
    return opened


def check_behind_proxy(host: str, rules: AddressRules) -> None:
    """Judge a host that a proxy connects to by all addresses that its name has here. Raises RemoteError `refused_address`.

    A name that isn't known here is the proxy's to judge: machines behind a proxy often can't look up outside names.
    """
    try:
        addresses = socket.getaddrinfo(plain_host(host), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    for entry in addresses:
        rules.check(host, str(entry[4][0]))
