"""Sends mail by SMTP (RFC 5321), and says of each failure whether it is the server's or that one message's."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage

from domain.errors import HarvestError, ServiceUnavailable
from domain.notices import TLS_PORT, server_address

TIMEOUT = 20.0  # seconds to connect, and for each answer
TOO_LARGE = (523, 552)  # of a message, though the server says so of its sender
SHOWN = 300  # characters of what a server says


class MailUnavailable(ServiceUnavailable):
    """The mail server takes no mail at all, or the settings for it are wrong."""

    code = "mail_unavailable"


class MailRefused(HarvestError):
    """The server took all but this message. `final`: it would refuse it again."""

    code = "mail_refused"

    def __init__(self, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and by whom. `address` is host[:port]; with port 465 it is TLS from the first byte."""

    address: str
    sender: str
    reply_to: str = ""
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""  # PEM; empty: the certificates of the system


class Connection:
    """An open connection to a mail server."""

    def __init__(self, smtp: smtplib.SMTP, server: MailServer) -> None:
        self._smtp = smtp
        self._server = server

    def send(self, message: EmailMessage, recipient: str) -> None:
        """Send a message to one recipient. Raises MailRefused, MailUnavailable."""
        message["From"] = self._server.sender
        message["To"] = recipient
        if self._server.reply_to:
            message["Reply-To"] = self._server.reply_to
        try:
            self._smtp.send_message(message, self._server.sender, [recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise _of_message(code, reply, "refuses the recipient") from error
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code in TOO_LARGE:
                raise _of_message(error.smtp_code, error.smtp_error, "refuses the message") from error
            raise _away(self._server, f"refuses the sender {self._server.sender}", error) from error
        except smtplib.SMTPDataError as error:
            if error.smtp_code == 421:
                raise _away(self._server, "takes no mail now", error) from error
            raise _of_message(error.smtp_code, error.smtp_error, "refuses the message") from error
        except (smtplib.SMTPNotSupportedError, UnicodeError, ValueError) as error:
            raise MailRefused(f"the message can't be sent to this address: {_text(error)}", final=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise _away(self._server, "broke off", error) from error


@contextmanager
def connected(server: MailServer) -> Iterator[Connection]:
    """A connection, encrypted and logged in as the server's settings say. Raises MailUnavailable."""
    if not server.sender:
        raise MailUnavailable("HARVEST_SMTP_MAIL_FROM is not set: it is the address that mail comes from")
    smtp = _open(server)
    try:
        yield Connection(smtp, server)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
        smtp.close()


def _open(server: MailServer) -> smtplib.SMTP:
    host, port = server_address(server.address)
    try:
        context = ssl.create_default_context(cafile=server.ca_file or None)
        if port == TLS_PORT:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(host, port, timeout=TIMEOUT)
    except (smtplib.SMTPException, OSError) as error:
        raise _away(server, "can't be reached", error) from error
    try:
        if server.starttls and port != TLS_PORT:
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except smtplib.SMTPNotSupportedError as error:
        smtp.close()
        what = "HARVEST_SMTP_STARTTLS" if server.starttls else "HARVEST_SMTP_USER"
        raise _away(server, f"can't do what {what} asks for", error) from error
    except smtplib.SMTPAuthenticationError as error:
        smtp.close()
        raise _away(server, "refuses HARVEST_SMTP_USER and HARVEST_SMTP_PASSWORD", error) from error
    except (smtplib.SMTPException, OSError) as error:
        smtp.close()
        raise _away(server, "can't be used", error) from error
    return smtp


def _of_message(code: int, reply: bytes | str, what: str) -> MailRefused:
    return MailRefused(f"the mail server {what}: {code} {_said(reply)}", final=code >= 500)


def _away(server: MailServer, what: str, error: Exception) -> MailUnavailable:
    return MailUnavailable(f"The mail server {server.address} {what}: {_text(error)}. See HARVEST_SMTP_SERVER")


def _text(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_said(error.smtp_error)}"
    return " ".join(str(error).split())[:SHOWN] or type(error).__name__


def _said(text: bytes | str) -> str:
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(decoded.split())[:SHOWN]
