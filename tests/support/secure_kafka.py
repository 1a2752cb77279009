"""An Apache Kafka with SASL over TLS, certificates of clients, and rights; it makes no topics for anybody.

The broker of the shared folder's scripts with two more listeners. Whoever comes over its first one, without a name, may do all.
"""

import datetime
import os
import socket
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)

USER, PASSWORD = "harvest", 'p@ss "word" %/:;'
KEY_PASSWORD = "of the key"


@dataclass(frozen=True)
class Files:
    """Certificates, as PEM files. `client` holds certificate and encrypted key of `CN=harvest`."""

    ca: Path
    other_ca: Path
    server: Path
    client: Path


class SecureKafka:
    """One broker. `admin` is the address of its first listener, `sasl` and `tls` those of the others, on localhost."""

    def __init__(self, scripts: Path, folder: Path) -> None:
        self._scripts = scripts
        self._folder = folder
        self.files = certificates(folder)
        port = _free_ports(4)
        self.admin, self.sasl, self.tls = f"127.0.0.1:{port}", f"localhost:{port + 2}", f"localhost:{port + 3}"
        listeners = [
            f"PLAINTEXT://{self.admin}",
            f"CONTROLLER://127.0.0.1:{port + 1}",
            f"SECURE://{self.sasl}",
            f"MUTUAL://{self.tls}",
        ]
        self._port = port
        jaas = "org.apache.kafka.common.security"
        password = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
        plain = f'{jaas}.plain.PlainLoginModule required user_{USER}="{password}";'.replace("\\", "\\\\")
        self._extra = "\n".join(
            (
                f"listeners={','.join(listeners)}",
                "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,MUTUAL:SSL",
                "ssl.keystore.type=PEM",
                f"ssl.keystore.location={self.files.server}",
                "ssl.truststore.type=PEM",
                f"ssl.truststore.location={self.files.ca}",
                "listener.name.mutual.ssl.client.auth=required",
                "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
                f"listener.name.secure.plain.sasl.jaas.config={plain}",
                *(
                    f"listener.name.secure.scram-sha-{bits}.sasl.jaas.config={jaas}.scram.ScramLoginModule required;"
                    for bits in (256, 512)
                ),
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users=User:ANONYMOUS",
            )
        )

    def start(self) -> None:
        """Start it, with its users. Raises CalledProcessError."""
        self._run("kafka_up.sh")
        admin = self.client()
        mechanisms = ("SCRAM-SHA-256", "SCRAM-SHA-512")
        users = [UserScramCredentialUpsertion(USER, mechanism, PASSWORD) for mechanism in mechanisms]
        for user in users:
            assert admin.alter_user_scram_credentials([user]) == {USER: None}
        admin.close()

    def stop(self) -> None:
        """End it and remove its data."""
        self._run("kafka_down.sh", "--wipe")

    def client(self) -> Any:
        """An admin client that may do all; the caller closes it."""
        return KafkaAdminClient(bootstrap_servers=self.admin)

    def allow(self, kind: str, prefix: str, operations: Sequence[str], *principals: str) -> None:
        """Let users do something with the topics or groups (`kind`) whose names begin so."""
        pattern = ResourcePattern(ResourceType[kind.upper()], prefix, ACLResourcePatternType.PREFIXED)
        acls = [
            ACL(principal, "*", ACLOperation[operation.upper()], ACLPermissionType.ALLOW, pattern)
            for principal in principals
            for operation in operations
        ]
        admin = self.client()
        assert not admin.create_acls(acls)["failed"]
        admin.close()

    def _run(self, script: str, *arguments: str) -> None:
        environment = {**os.environ, "KAFKA_PORT": str(self._port), "KAFKA_EXTRA": self._extra, "KAFKA_HEAP": "256m"}
        command = [str(self._scripts / script), str(self._folder / "kafka"), *arguments]
        options: dict[str, Any] = {"capture_output": True, "text": True, "check": True, "timeout": 120}
        subprocess.run(command, env=environment, start_new_session=True, **options)


def _free_ports(number: int) -> int:
    """The first of so many ports in a row that are free."""
    for first in range(21_000, 31_000, 10):
        try:
            for port in range(first, first + number):
                with closing(socket.socket()) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise RuntimeError("no free ports")


def certificates(folder: Path) -> Files:
    """Make an authority, and certificates of localhost and of the client; valid for a day."""
    ca_key, ca = _authority("test authority")
    _, other = _authority("another authority")
    server_key, server = _signed("localhost", ca_key, ca)
    client_key, client = _signed(USER, ca_key, ca)
    files = Files(*(folder / f"{name}.pem" for name in ("ca", "other-ca", "server", "client")))
    files.ca.write_bytes(_pem(ca))
    files.other_ca.write_bytes(_pem(other))
    files.server.write_bytes(_key(server_key, "") + _pem(server) + _pem(ca))
    files.client.write_bytes(_key(client_key, KEY_PASSWORD) + _pem(client))
    return files


Key = ec.EllipticCurvePrivateKey


def _authority(name: str) -> tuple[Key, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, name, key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    return key, builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def _signed(name: str, ca_key: Key, ca: x509.Certificate) -> tuple[Key, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = str(ca.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    builder = _builder(name, issuer, key).add_extension(names, critical=False)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return key, builder.add_extension(authority, critical=False).sign(ca_key, hashes.SHA256())


def _builder(name: str, issuer: str, key: Key) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key(key: Key, password: str) -> bytes:
    encryption = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
