"""Which addresses may be connected to: public ones, and what HARVEST_HTTP_ALLOW names.

A source's address, a redirect and a link in a document are written by others, and must not make this machine talk to itself,
to its neighbours or to the metadata service of its cloud. So the address that the socket is opened to is judged, after the
name was resolved and with no second look-up (`harvesters/http/connecting.py`): whatever name or way of writing led there. An
IPv6 address that carries an IPv4 address is judged by that one.

What is refused follows the IANA registries of special-purpose addresses
(https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from domain.errors import RemoteError, SettingError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK = "loopback"
"""What HARVEST_HTTP_ALLOW may say in place of the networks of this machine itself."""
LOOPBACK_NETWORKS = ("127.0.0.0/8", "::1/128")

KINDS = {
    "loopback": ["127.0.0.0/8", "::1/128"],
    "cloud metadata": ["169.254.169.254/32", "168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::254/128", "192.0.0.192/32"],
    "link-local": ["169.254.0.0/16", "fe80::/10"],
    "private": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"],
    "shared (carrier-grade NAT)": ["100.64.0.0/10"],
    "unspecified": ["0.0.0.0/8", "::/128"],
    "multicast": ["224.0.0.0/4", "ff00::/8"],
    "reserved": [
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("240.0.0.0/4", "64:ff9b:1::/48", "2001::/23", "2001:db8::/32", "3fff::/20"),
    ],
}
REFUSED = [(ip_network(network), kind) for kind, networks in KINDS.items() for network in networks]
PUBLIC_IPV6 = IPv6Network("2000::/3")  # all that is given out; the rest of IPv6 is special, or nobody's
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
COMPATIBLE = IPv6Network("::/96")  # RFC 4291, section 2.5.5.1


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What may be connected to besides public addresses. `hosts` are trusted by name, wherever that leads."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    def refusal(self, host: str, address: Address) -> str:
        """What speaks against connecting to a host at an address, such as `loopback`; empty: nothing."""
        if plain_host(host) in self.hosts:
            return ""
        return next((kind for carried in _carried(address) if (kind := self._kind(carried))), "")

    def _kind(self, address: Address) -> str:
        if any(address in network for network in self.networks):
            return ""
        return _special(address)

    def check(self, host: str, address: str) -> None:
        """Raise RemoteError `refused_address` unless the host may be connected to at this address."""
        kind = self.refusal(host, ip_address(address.partition("%")[0]))
        if kind:
            raise _refused(host, address, kind)


@lru_cache(maxsize=64)
def address_rules(text: str) -> AddressRules:
    """Read HARVEST_HTTP_ALLOW: networks, addresses and host names with commas between them, or `loopback`.

    Raises SettingError.
    """
    networks: list[Network] = []
    hosts: set[str] = set()
    for entry in filter(None, (part.strip() for part in text.split(","))):
        if entry.lower() == LOOPBACK:
            networks += map(ip_network, LOOPBACK_NETWORKS)
        elif (network := _network(entry)) is not None:
            networks.append(network)
        else:
            hosts.add(_host(entry))
    return AddressRules(tuple(networks), frozenset(hosts))


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None


def _host(entry: str) -> str:
    host = plain_host(entry)
    if not host or any(character in "/:@?#[]*" or character.isspace() for character in host) or host[-1].isdigit():
        raise SettingError(
            f"HARVEST_HTTP_ALLOW: {entry!r} is no network, address or host name. Write for example 10.1.0.0/16, "
            "192.168.7.20, intranet.example.org or loopback, with commas between them"
        )
    return host


def plain_host(host: str) -> str:
    """A host's name as it is compared: lower case, without brackets and the dot at the end."""
    return host.strip("[]").rstrip(".").lower()


def _carried(address: Address) -> Iterator[Address]:
    """The addresses that a packet to this one may end at: itself, or an IPv4 address inside of it."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    elif address.sixtofour is not None:
        yield address.sixtofour
    else:
        yield address


def _special(address: Address) -> str:
    """What kind of special address this is; empty for a public one."""
    for network, kind in REFUSED:
        if address in network:
            return kind
    if isinstance(address, IPv6Address) and (address not in PUBLIC_IPV6 or address in COMPATIBLE):
        return "reserved"
    return ""


def _refused(host: str, address: str, kind: str) -> RemoteError:
    shown = plain_host(host)
    where = address if shown == address else f"{shown} ({address})"
    return RemoteError(
        f"{where} is a {kind} address, and only public ones are connected to. If this source is meant to be harvested, "
        f"add {address} to HARVEST_HTTP_ALLOW",
        code="refused_address",
    )
