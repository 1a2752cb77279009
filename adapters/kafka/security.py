"""How our clients prove to Kafka who they are, and make sure that it is Kafka that they talk to: SASL and TLS."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.settings import Settings
from domain.errors import SettingError


@dataclass(frozen=True, slots=True)
class Security:
    """What kafka-python's clients are told of TLS and SASL; empty for a broker that asks for neither."""

    options: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)

    @property
    def protocol(self) -> str:
        """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
        return str(self.options.get("security_protocol", "PLAINTEXT"))

    @property
    def user(self) -> str:
        """Who we are for Kafka, in words."""
        name = self.options.get("sasl_plain_username")
        return f"user {name}" if name else "the user of HARVEST_KAFKA_SSL_CERTFILE" if self.protocol == "SSL" else "us"

    @property
    def advice(self) -> str:
        """What else may be wrong when a server is there and none of our clients can work with it."""
        if self.protocol.startswith("SASL"):
            return f" Does it know {self.user} with HARVEST_KAFKA_SASL_MECHANISM and HARVEST_KAFKA_SASL_PASSWORD?"
        certificate = " Does it ask for a certificate (HARVEST_KAFKA_SSL_CERTFILE)?" if self.protocol == "SSL" else ""
        return f" Is this listener's protocol {self.protocol}, as HARVEST_KAFKA_SECURITY_PROTOCOL says?{certificate}"

    def listens(self, server: str, timeout: float = 1.0) -> bool:
        """Whether a server takes connections; `server` is host:port.

        Raises SettingError when it does and TLS with it fails: kafka-python would only try until its time is over.
        """
        host, _, port = server.rpartition(":")
        host = host.strip("[]")
        context: ssl.SSLContext | None = self.options.get("ssl_context")
        try:
            with socket.create_connection((host, int(port)), timeout=timeout) as plain:
                if context is not None:
                    context.wrap_socket(plain, server_hostname=host).close()
        except ssl.SSLError as error:
            raise SettingError(_why_no_tls(server, error)) from error
        except OSError:
            return False
        return True


def _why_no_tls(server: str, error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"Kafka's certificate at {server} is not trusted ({error.verify_message}): set HARVEST_KAFKA_SSL_CAFILE to the "
            "certificate of who signed it, and name the servers in HARVEST_KAFKA_BOOTSTRAP_SERVERS as the certificate does"
        )
    return (
        f"{server} does not speak TLS, as HARVEST_KAFKA_SECURITY_PROTOCOL says, or does not take our certificate, "
        f"HARVEST_KAFKA_SSL_CERTFILE ({error.reason or error})"
    )


def security(settings: Settings) -> Security:
    """As the settings say. Raises SettingError for a file that can't be used."""
    s = settings
    options: dict[str, Any] = {}
    if s.kafka_security_protocol.endswith("SSL"):
        options["ssl_context"] = _context(s)
    if s.kafka_security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = s.kafka_sasl_mechanism
        options["sasl_plain_username"] = s.kafka_sasl_username
        options["sasl_plain_password"] = s.kafka_sasl_password
    return Security({"security_protocol": s.kafka_security_protocol, **options} if options else {})


def _context(settings: Settings) -> ssl.SSLContext:
    s = settings
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = s.kafka_ssl_check_hostname
    name, path = "CAFILE", s.kafka_ssl_cafile
    try:
        if path:
            context.load_verify_locations(path)
        else:
            context.load_default_certs()
        if s.kafka_ssl_certfile:
            name, path = "CERTFILE", s.kafka_ssl_certfile
            password = s.kafka_ssl_password
            context.load_cert_chain(path, s.kafka_ssl_keyfile or None, lambda: password)
    except (OSError, ValueError) as error:  # of OpenSSL too
        also = " with HARVEST_KAFKA_SSL_KEYFILE and HARVEST_KAFKA_SSL_PASSWORD" if name == "CERTFILE" else ""
        raise SettingError(f"HARVEST_KAFKA_SSL_{name}={path}{also} can't be used: {error}") from error
    return context
