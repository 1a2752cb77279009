"""A person at a browser without scripts: keeps cookies, says where a form comes from, and fills in the forms of a page."""

import html
import re
from html.parser import HTMLParser
from typing import Any

import requests

Response = requests.Response


class Visitor:
    """One browser. `url` is the server's, without a slash at its end."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers.update({"Accept": "text/html", **headers})

    def get(self, path: str, **query: Any) -> Response:
        """Open a page."""
        return self.session.get(self.url + path, params=query, timeout=30)

    def post(self, path: str, values: dict[str, Any] | None = None, **headers: str) -> Response:
        """Send a form from a page of this server, without following to the next page."""
        named = {"Origin": self.url, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.session.post(self.url + path, values, headers=named, timeout=60, allow_redirects=False)

    def send(self, page: Response, action: str, **values: Any) -> Response:
        """Fill in the form of a page that leads to this path, send it, and follow to the next page."""
        form = forms(page.text)[action]
        answer = self.post(action, {**form, **values})
        while answer.status_code == 303:
            location = answer.headers["Location"]
            answer = self.session.get(location if location.startswith("http") else self.url + location, timeout=60)
        return answer

    def sign_in(self, token: str) -> Response:
        """Sign in with a token."""
        answer = self.post("/harvest/-/sign-in", {"token": token, "then": "/harvest"})
        assert answer.status_code == 303, f"{answer.status_code} {text(answer)[:500]}"
        return answer


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {}
            self.forms[values.get("action", "")] = self._form
        elif tag == "input" and values.get("name"):
            if values.get("type") not in ("checkbox", "radio", "submit") or "checked" in values:
                self._form[values["name"]] = values.get("value", "on" if values.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = values.get("name", "")
        elif tag == "option" and self._select and ("selected" in values or self._select not in self._form):
            self._form[self._select] = values.get("value", "")
        elif tag == "textarea":
            self._area = values.get("name", "")
            self._form[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._form[self._area] = self._form[self._area].removeprefix("\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._form[self._area] += data


def forms(page: str) -> dict[str, dict[str, str]]:
    """The forms of a page by where they lead, each with what it is filled in with."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


def text(page: Response) -> str:
    """What can be read on a page."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body))).strip()
