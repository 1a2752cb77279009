"""Our cookies: who signed in, what is said on the next page, and the language that was chosen.

Over https the session's has the prefix that binds it to this host; browsers drop such a cookie over plain http.
"""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import Response

SESSION, SECURE_SESSION = "harvestlog", "__Host-harvestlog"
NOTICE, LANGUAGE = "harvestlog_notice", "harvestlog_language"
LONGEST = 200  # characters of a session's cookie; ours have 43
MOST_SAID = 700  # characters of a notice: browsers drop cookies of more than 4,096 bytes
FOR_NOTICE = 60  # seconds
FOR_LANGUAGE = 365 * 24 * 3600  # seconds
FORM = b"form "


def cookie_of(headers: Mapping[str, str]) -> str:
    """The session's cookie, empty for none."""
    cookies = read(headers)
    cookie = cookies.get(SECURE_SESSION) or cookies.get(SESSION) or ""
    return cookie if len(cookie) <= LONGEST and cookie.isascii() and cookie.isprintable() else ""


def read(headers: Mapping[str, str]) -> dict[str, str]:
    """All cookies by name. Those of other servers on this host come too, and may be written in any way."""
    return cookie_parser(headers.get("cookie", ""))


def _is_secure(request: HTTPConnection) -> bool:
    return request.url.scheme == "https"


def set_session(request: HTTPConnection, response: Response, cookie: str) -> None:
    """Keep a session until the browser is closed, or it ends by itself."""
    secure = _is_secure(request)
    name = SECURE_SESSION if secure else SESSION
    response.set_cookie(name, cookie, path="/", secure=secure, httponly=True, samesite="lax")


def drop_session(request: HTTPConnection, response: Response) -> None:
    """Forget the session."""
    for name in (SESSION, SECURE_SESSION):
        response.delete_cookie(name, path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def set_language(request: HTTPConnection, response: Response, language: str) -> None:
    """Remember a language."""
    response.set_cookie(LANGUAGE, language, FOR_LANGUAGE, path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def set_notice(request: HTTPConnection, response: Response, key: str, kind: str, text: str) -> None:
    """Say something on the next page. `key` is the session's cookie: nobody else can make us say something."""
    body = urlsafe_b64encode(json.dumps([kind, text[:MOST_SAID]], ensure_ascii=False).encode(errors="replace")).decode()
    value = f"{body}.{_signature(key, body)}"
    response.set_cookie(NOTICE, value, FOR_NOTICE, path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def notice_of(headers: Mapping[str, str], key: str) -> tuple[str, str] | None:
    """Kind and text of what is to be said on this page. Without a session anybody could have signed it: it isn't said."""
    body, _, signature = read(headers).get(NOTICE, "").partition(".")
    if not (key and body) or not hmac.compare_digest(signature.encode(), _signature(key, body).encode()):
        return None
    parsed: Any = json.loads(urlsafe_b64decode(body))
    return parsed[0], parsed[1]


def drop_notice(response: Response) -> None:
    """It was said."""
    response.delete_cookie(NOTICE, path="/")


def _signature(key: str, body: str) -> str:
    return hmac.new(b"notice " + key.encode(), body.encode(), hashlib.sha256).hexdigest()


def form_token(cookie: str) -> str:
    """What every form of a session holds: only pages of ours know it.

    Each call gives another text of the same worth, so that nobody can guess it by how well a page can be compressed.
    """
    mask = secrets.token_bytes(hashlib.sha256().digest_size)
    return (mask + _mixed(mask, _form_secret(cookie))).hex()


def is_form_token(cookie: str, token: str) -> bool:
    """Whether a form came from a page of this session."""
    try:
        unpacked = bytes.fromhex(token)
    except ValueError:
        return False
    secret = _form_secret(cookie)
    if len(unpacked) != 2 * len(secret):
        return False
    return hmac.compare_digest(_mixed(unpacked[: len(secret)], unpacked[len(secret) :]), secret)


def _form_secret(cookie: str) -> bytes:
    return hmac.new(FORM + cookie.encode(), b"", hashlib.sha256).digest()


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))
