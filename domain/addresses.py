"""Addresses of remotes: as people paste them, and when two of them are the same."""

import re
from urllib.parse import urlsplit, urlunsplit

from domain.secrets import MASK, mask_url

USUAL_PORTS = {"http": ":80", "https": ":443"}
NO_SCHEME = re.compile(r"(?://)?((?:[\w-]+\.)+\w+(?::\d+)?|localhost|[\w-]+:\d+)(?:[/?#].*)?", re.IGNORECASE)
NUMBERS = re.compile(r"[\d.]+(?::(?!443$)\d+)?")  # an address without a name, for which hardly any server has a certificate
BROKEN_SCHEME = re.compile(r"(https?)(?::[/\\]*|[/\\]+)(?=[^/\\?#:])", re.IGNORECASE)
INNER = re.compile(r"(?<=.)https?://[^\s<>()\[\]\"']+", re.IGNORECASE)  # of a link in Markdown, or behind view-source:
JOINERS = "\u200c\u200d"  # belong to words of some scripts
INVISIBLE = re.compile(  # programs for texts and chats add them
    f"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]|(?<![^\0-\x7f])[{JOINERS}](?![^\0-\x7f])"
)
PUNCTUATION = ",;:!.)]"  # of the sentence that an address stood in
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+(?:%[\w.-]+)?\]", re.IGNORECASE)


def checked_address(address: str) -> str:
    """An http or https address as it is stored: without blanks around it, and without the fragment, which no server ever sees.

    Raises ValueError that says what is wrong with it, and what it may have been meant to be.
    """
    address = INVISIBLE.sub("", address).strip(JOINERS).strip().strip("<>\"'").strip()
    if "?" not in address:
        address = re.sub("(?:%20)+$", "", address)
    shown, is_begun = _shown(address), address.lower().startswith(("http://", "https://"))
    if re.search(r"[\s\x00-\x1f\x7f]", address):
        hint = "" if is_begun else _inner(address)
        raise ValueError(f"Holds a blank: {' '.join(shown.split())}. Enter one address, a blank within it as %20{hint}")
    if not is_begun:
        raise ValueError(f"Must start with http:// or https://: {shown}{_meant(address)}")
    try:
        normalised = urlsplit(normalise_url(address))
        port = normalised.port
    except ValueError as error:
        raise ValueError(f"Is not a URL: {shown} ({error})") from error
    host = normalised.netloc.rpartition("@")[2]
    host = re.sub(r":\d*$", "", host)
    if not host:
        raise ValueError(f"Names no host: {shown}{_meant(address)}")
    if not HOST.fullmatch(host) or ".." in host or port == 0:
        raise ValueError(f"Names a host that can't be: {shown}{_without_punctuation(address)}")
    return address.partition("#")[0]


def normalise_url(url: str) -> str:
    """What tells two addresses apart: no default port, slash at the end or fragment; scheme and host in one form.

    The query counts, and so do user name and password. Raises ValueError.
    """
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    user, at, host = parts.netloc.rpartition("@")
    host = host.lower().removesuffix(USUAL_PORTS.get(scheme, ":"))
    if not host.isascii():
        name, colon, port = host.partition(":")
        host = f"{name.encode('idna').decode()}{colon}{port}"
    return urlunsplit((scheme, f"{user}{at}{host}", parts.path.rstrip("/"), parts.query, ""))


def normalise_url_as_before(url: str) -> str:
    """How addresses were compared, and reserved in the log, before their query counted."""
    parts = urlsplit(url.strip())
    host = parts.netloc.lower().removesuffix(USUAL_PORTS.get(parts.scheme.lower(), ":"))
    return urlunsplit((parts.scheme.lower(), host, parts.path.rstrip("/"), "", ""))


def _meant(address: str) -> str:
    """What a person may have meant."""
    if address.lower().startswith("file:"):
        return ". A file can't be harvested: put it on a web server"
    if host := NO_SCHEME.fullmatch(address):
        return f". Did you mean {'http' if NUMBERS.fullmatch(host[1]) else 'https'}://{address.lstrip('/')}?"
    if broken := BROKEN_SCHEME.match(address):
        return f". Did you mean {mask_url(f'{broken[1].lower()}://{address[broken.end() :]}')}?"
    return _inner(address)


def _inner(text: str) -> str:
    """The address that stands within a text."""
    inner = INNER.search(text)
    return f". Did you mean {mask_url(inner[0])}?" if inner else ""


def _without_punctuation(address: str) -> str:
    host = address.rstrip(PUNCTUATION)
    return f". Did you mean {mask_url(host)}?" if host != address and HOST.fullmatch(urlsplit(host).netloc) else ""


def _shown(address: str) -> str:
    """Without secrets, also where it is hardly an address."""
    return mask_url(address) if "://" in address else re.sub(r"[^\s/]*@", f"{MASK}@", address)
