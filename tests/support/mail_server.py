"""A real SMTP server for tests: it keeps what it takes, and refuses what a test says. With STARTTLS and login where asked."""

import email
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "harvest", "geheim-smtp"


class MailServer:
    """What a test sees of the server. `refused` maps recipients to answers, `answer` is what it says to each message."""

    def __init__(self) -> None:
        self.port = 0
        self.ca_file = ""
        self.messages: list[tuple[str, EmailMessage]] = []  # recipient and message
        self.encrypted: list[bool] = []
        self.users: list[str] = []
        self.refused: dict[str, str] = {}
        self.answer = "250 OK"

    @property
    def address(self) -> str:
        return f"localhost:{self.port}"

    def to(self, recipient: str) -> list[EmailMessage]:
        """Messages for one recipient."""
        return [message for address, message in self.messages if address == recipient]

    async def handle_RCPT(self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            message = email.message_from_bytes(content, policy=default)
            self.messages += [(address, message) for address in envelope.rcpt_tos]
            self.encrypted.append(session.ssl is not None)
        return self.answer

    def authenticate(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        if right:
            self.users.append(data.login.decode())
        return AuthResult(success=right, handled=right)


class _AnyPort(Controller):  # type: ignore[misc]
    """A controller that takes whichever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(folder: Path | None = None) -> Iterator[MailServer]:
    """The server, listening on loopback. With a folder for its certificate it wants STARTTLS and a login first."""
    server = MailServer()
    options: dict[str, Any] = {}
    if folder is not None:
        server.ca_file = str(folder / "ca.pem")
        options = {
            "tls_context": _context(server.ca_file),
            "require_starttls": True,
            "authenticator": server.authenticate,
            "auth_required": True,
        }
    controller = _AnyPort(server, hostname="127.0.0.1", port=0, **options)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


def _context(ca_file: str) -> ssl.SSLContext:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context
